"""The store of sources, passages, statements, figures and runs"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "libraries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created", sa.String(length=32), nullable=False),
        sa.Column("updated", sa.String(length=32), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("curated", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_libraries")),
        sa.UniqueConstraint("name", name=op.f("uq_libraries_name")),
    )
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("made", sa.String(length=32), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"], ["libraries.id"], name=op.f("fk_answers_library_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    op.create_index("ix_answers_library_id", "answers", ["library_id"], unique=False)

    op.create_table(
        "files",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("is_done", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"], ["libraries.id"], name=op.f("fk_files_library_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("library_id", "origin", name=op.f("pk_files")),
    )
    op.create_table(
        "notices",
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("seen", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"], ["libraries.id"], name=op.f("fk_notices_library_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("library_id", "about", "kind", "by", name=op.f("pk_notices")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("started", sa.String(length=32), nullable=False),
        sa.Column("finished", sa.String(length=32), nullable=True),
        sa.Column("origins", sa.Text(), nullable=False),
        sa.Column("added", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"], ["libraries.id"], name=op.f("fk_runs_library_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index("ix_runs_library_id", "runs", ["library_id"], unique=False)

    op.create_table(
        "sources",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("library_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("extent", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("doi", sa.Text(), nullable=True),
        sa.Column("pmid", sa.String(length=20), nullable=True),
        sa.Column("pmcid", sa.String(length=20), nullable=True),
        sa.Column("identifier", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(length=40), nullable=False),
        sa.Column("revised", sa.String(length=10), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["library_id"], ["libraries.id"], name=op.f("fk_sources_library_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    op.create_index(
        "ix_sources_content_hash",
        "sources",
        ["library_id", "content_hash"],
        unique=False,
        sqlite_where=sa.text("doi IS NULL AND pmid IS NULL AND pmcid IS NULL"),
        postgresql_where=sa.text("doi IS NULL AND pmid IS NULL AND pmcid IS NULL"),
    )
    op.create_index(
        "ix_sources_doi",
        "sources",
        ["library_id", "doi"],
        unique=False,
        sqlite_where=sa.text("doi IS NOT NULL"),
        postgresql_where=sa.text("doi IS NOT NULL"),
    )
    op.create_index(
        "ix_sources_identifier",
        "sources",
        ["library_id", "identifier"],
        unique=False,
        sqlite_where=sa.text("identifier IS NOT NULL"),
        postgresql_where=sa.text("identifier IS NOT NULL"),
    )
    op.create_index(
        "ix_sources_origin",
        "sources",
        ["library_id", "origin"],
        unique=False,
        sqlite_where=sa.text("doi IS NULL AND pmid IS NULL AND pmcid IS NULL"),
        postgresql_where=sa.text("doi IS NULL AND pmid IS NULL AND pmcid IS NULL"),
    )
    op.create_index(
        "ix_sources_pmcid",
        "sources",
        ["library_id", "pmcid"],
        unique=False,
        sqlite_where=sa.text("pmcid IS NOT NULL"),
        postgresql_where=sa.text("pmcid IS NOT NULL"),
    )
    op.create_index(
        "ix_sources_pmid",
        "sources",
        ["library_id", "pmid"],
        unique=False,
        sqlite_where=sa.text("pmid IS NOT NULL"),
        postgresql_where=sa.text("pmid IS NOT NULL"),
    )
    op.create_index("ix_sources_version", "sources", ["library_id", "version"], unique=False)
    op.create_index("uq_sources_key", "sources", ["library_id", "key"], unique=True)

    op.create_table(
        "cited",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answers.id"], name=op.f("fk_cited_answer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("answer_id", "key", name=op.f("pk_cited")),
    )
    op.create_index("ix_cited_key", "cited", ["key"], unique=False)

    op.create_table(
        "figures",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("interval", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_figures_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "statement", "ordinal", name=op.f("pk_figures")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "passages",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_passages_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "ordinal", name=op.f("pk_passages")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "statements",
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("passage", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("written", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_statements_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "ordinal", name=op.f("pk_statements")),
        sqlite_with_rowid=False,
    )

"""The tables. A change here needs a migration in `migrations/versions`; a test compares the two."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

LARGEST = 2**31 - 1
"""The largest number that a column of integers holds: PostgreSQL fails if it is asked for a larger one."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

libraries = Table(
    "libraries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(120), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("created", String(32), nullable=False, doc="UTC, ISO 8601."),
    Column("updated", String(32), nullable=False, doc="When anything in it last changed."),
    Column("version", BigInteger, nullable=False, doc="Counts the changes: one for every batch written."),
    Column("curated", Text, doc="JSON: conditions, topics, quantities and disagreements written by editors."),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("library_id", ForeignKey("libraries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("started", String(32), nullable=False),
    Column("finished", String(32), doc="Empty while it runs, and for ever if it was killed."),
    Column("origins", Text, nullable=False, doc="JSON: what was asked for."),
    Column("added", Integer, nullable=False, server_default="0"),
    Column("updated", Integer, nullable=False, server_default="0"),
    Column("unchanged", Integer, nullable=False, server_default="0"),
    Column("failed", Integer, nullable=False, server_default="0"),
)

files = Table(
    "files",
    metadata,
    Column("library_id", ForeignKey("libraries.id", ondelete="CASCADE"), primary_key=True),
    Column("origin", Text, primary_key=True, doc="A path, a path within an archive, an address, or a query."),
    Column("fingerprint", Text, nullable=False, doc="Changes when the file does."),
    Column("parts", Integer, nullable=False, doc="How many of its parts are in the database."),
    Column("position", Text, doc="For a query: where to go on."),
    Column("is_done", Boolean, nullable=False),
    Column("run_id", Integer, nullable=False),
)
"""What has been read from where: lets a load that was cut off go on, and one that was finished be skipped."""

sources = Table(
    "sources",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("library_id", ForeignKey("libraries.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(120), nullable=False, doc="The id that people see; it never changes."),
    Column("version", BigInteger, nullable=False, doc="The library's version when it last changed."),
    Column("format", String(40), nullable=False),
    Column("extent", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("year", Integer),
    Column("doi", Text),
    Column("pmid", String(20)),
    Column("pmcid", String(20)),
    Column("identifier", Text),
    Column("origin", Text, nullable=False),
    Column("standing", String(40), nullable=False),
    Column("revised", String(10)),
    Column(
        "details", Text, nullable=False, doc="JSON: authors, container, url, subjects, rules that fired ..."
    ),
    Column("content_hash", String(32), nullable=False, doc="Of all that was read, in hexadecimal."),
    Column("run_id", Integer, nullable=False),
    Column("text", Text, nullable=False, doc="What passages and statements are spans of."),
    Index("uq_sources_key", "library_id", "key", unique=True),
    Index("ix_sources_version", "library_id", "version"),
    Index("ix_sources_kind", "library_id", "kind", "key"),
    Index(
        "ix_sources_standing",
        "library_id",
        "standing",
        "key",
        sqlite_where=text("standing <> 'current'"),
        postgresql_where=text("standing <> 'current'"),
    ),
    *(
        Index(
            f"ix_sources_{name}",
            "library_id",
            name,
            sqlite_where=text(f"{name} IS NOT NULL"),
            postgresql_where=text(f"{name} IS NOT NULL"),
        )
        for name in ("doi", "pmid", "pmcid", "identifier")
    ),
    *(
        Index(
            f"ix_sources_{name}",
            "library_id",
            name,
            sqlite_where=text("doi IS NULL AND pmid IS NULL AND pmcid IS NULL"),
            postgresql_where=text("doi IS NULL AND pmid IS NULL AND pmcid IS NULL"),
        )
        for name in ("origin", "content_hash")
    ),
)

passages = Table(
    "passages",
    metadata,
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, doc="From 1."),
    Column("section", Text),
    Column("page", Integer),
    Column("start", Integer, nullable=False, doc="Characters into the source's text."),
    Column("end", Integer, nullable=False),
    sqlite_with_rowid=False,
)

statements = Table(
    "statements",
    metadata,
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, doc="From 1, through the whole source."),
    Column(
        "passage", Integer, nullable=False, doc="The ordinal of its passage; 0 for one that an editor wrote."
    ),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("written", Text, doc="JSON: the statement, where an editor wrote it."),
    sqlite_with_rowid=False,
)

figures = Table(
    "figures",
    metadata,
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("statement", Integer, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("value", Float, nullable=False),
    Column("unit", Text, nullable=False),
    Column("low", Float),
    Column("high", Float),
    Column("interval", Text),
    sqlite_with_rowid=False,
)

answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("library_id", ForeignKey("libraries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("made", String(32), nullable=False),
    Column("question", Text, nullable=False),
    Column("audience", String(20), nullable=False),
    Column("content_hash", String(64), nullable=False),
    Column("article", Text, nullable=False, doc="JSON."),
)
"""Answers that somebody asked to keep; no question is kept otherwise."""

cited = Table(
    "cited",
    metadata,
    Column("answer_id", ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(120), primary_key=True, doc="The id of a source that the answer cites.", index=True),
)

notices = Table(
    "notices",
    metadata,
    Column("library_id", ForeignKey("libraries.id", ondelete="CASCADE"), primary_key=True),
    Column("about", Text, primary_key=True, doc='"pmid:123", "doi:10.1/x" or "pmcid:PMC1".'),
    Column("kind", String(40), primary_key=True),
    Column("by", Text, primary_key=True, doc="The notice, or the work that replaces it; may be empty."),
    Column("rule", Text, nullable=False),
    Column("seen", String(32), nullable=False, doc="When it was first read."),
)
"""Retractions, corrections, expressions of concern and supersessions, also of works not (yet) held."""

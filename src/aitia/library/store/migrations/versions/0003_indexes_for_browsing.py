"""Indexes for looking through a library by kind and by standing"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_sources_kind", "sources", ["library_id", "kind", "key"], unique=False)
    op.create_index(
        "ix_sources_standing",
        "sources",
        ["library_id", "standing", "key"],
        unique=False,
        sqlite_where=sa.text("standing <> 'current'"),
        postgresql_where=sa.text("standing <> 'current'"),
    )

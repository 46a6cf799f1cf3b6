"""The table of long work started in the browser. A change here needs a migration; a test compares the two."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from aitia.library.store.tables import metadata

jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("library", String(120), nullable=False),
    Column("by_id", Integer, nullable=False, doc="The person who started it."),
    Column("created", String(32), nullable=False, doc="UTC, ISO 8601."),
    Column("updated", String(32), nullable=False, doc="Written every second or so while it runs."),
    Column("state", String(20), nullable=False, doc='"waiting", "running", "done", "failed", "stopped".'),
    Column("size", BigInteger, nullable=False, server_default="0", doc="Bytes to read; 0: not known."),
    Column("read", BigInteger, nullable=False, server_default="0", doc="Bytes read."),
    Column("documents", Integer, nullable=False, server_default="0"),
    Column("details", Text, nullable=False, doc="JSON: what is added, the tally, the troubles."),
    Index("ix_jobs_state", "state"),
)
"""So that a load can be left and found again, by whichever server process answers."""

"""The tables of review. A change here needs a migration; a test compares the two.

No foreign key leads to a library: what was decided stays when a library goes.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from aitia.library.store.tables import metadata

dossiers = Table(
    "dossiers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("library", String(120), nullable=False, doc="The library's name."),
    Column("question", Text, nullable=False),
    Column(
        "question_key", String(64), nullable=False, doc="SHA-256 of the question without case, spaces, marks."
    ),
    Column("audience", String(20), nullable=False),
    Column("length", String(20), nullable=False),
    Column("author_id", Integer, nullable=False),
    Column("created", String(32), nullable=False),
    Column("changed", String(32), nullable=False, doc="When the last event happened."),
    Column("state", String(20), nullable=False, doc="Follows from the events; kept for lists and lookups."),
    Column("version", Integer, nullable=False, doc="The latest version's number."),
    Column("due", String(10), doc="Approved: the day on which it expires."),
    Index("ix_dossiers_answers", "library", "question_key", "audience", "length", "state"),
    Index("ix_dossiers_state", "state", "changed"),
)
"""An article with its versions and its events. `state`, `version`, `due` and `changed` are written with each event."""

versions = Table(
    "versions",
    metadata,
    Column("dossier_id", ForeignKey("dossiers.id"), primary_key=True),
    Column("number", Integer, primary_key=True, doc="From 1."),
    Column("content_hash", String(64), nullable=False, index=True),
    Column("article", Text, nullable=False, doc="JSON, as people read it."),
)

events = Table(
    "events",
    metadata,
    Column(
        "number",
        Integer,
        primary_key=True,
        autoincrement=False,
        doc="From 1, without a gap, over all dossiers.",
    ),
    Column("dossier_id", ForeignKey("dossiers.id"), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    Column("event", Text, nullable=False, doc="JSON, the very bytes that were hashed."),
    Index("ix_events_dossier", "dossier_id", "number"),
)
"""The journal: append-only, one chain over all dossiers."""

journal = Table(
    "journal",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, doc="Always 1."),
    Column("number", Integer, nullable=False, doc="The last event's number; 0 before the first."),
    Column("hash", String(64), nullable=False, doc="The last event's hash; 64 zeros before the first."),
)
"""The end of the chain. Whoever appends locks this row."""

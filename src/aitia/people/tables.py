"""The tables of people. A change here needs a migration; a test compares the two."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from aitia.library.store.tables import metadata

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(254), nullable=False, unique=True, doc="In lower case."),
    Column("name", String(200), nullable=False),
    Column(
        "credentials", String(300), nullable=False, server_default="", doc="As printed: MD, PhD, neurologist."
    ),
    Column("roles", Text, nullable=False, doc='JSON list of roles: ["author", "reviewer"].'),
    Column("password", Text, doc="Argon2id hash; empty for one who signs in elsewhere."),
    Column("subject", Text, unique=True, doc="Issuer and subject of OpenID Connect, with a space between."),
    Column("is_active", Boolean, nullable=False),
    Column("created", String(32), nullable=False, doc="UTC, ISO 8601."),
)
"""Never deleted, since review events name them; `is_active` ends their access."""

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True, doc="SHA-256 of the cookie's value."),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created", String(32), nullable=False),
    Column("seen", String(32), nullable=False),
    Column("expires", String(32), nullable=False),
    Column("agent", String(200), nullable=False, server_default="", doc="The browser, as it names itself."),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token", String(64), primary_key=True, doc="SHA-256 of what stands in the link."),
    Column(
        "kind", String(20), nullable=False, doc='"set-up", "invitation", or "password" for a new password.'
    ),
    Column("email", String(254), nullable=False, server_default="", doc="Empty for the first start's link."),
    Column("roles", Text, nullable=False, doc="JSON list."),
    Column("made_by", ForeignKey("people.id"), doc="Empty for the first start's link."),
    Column("created", String(32), nullable=False),
    Column("expires", String(32), nullable=False),
    Column("used", String(32)),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(120), nullable=False),
    Column("token", String(64), nullable=False, unique=True, doc="SHA-256 of the token."),
    Column("scopes", Text, nullable=False, doc='JSON list: "read", "write", "review", "admin".'),
    Column("created", String(32), nullable=False),
    Column("expires", String(32)),
    Column("used", String(32)),
    Column("revoked", String(32)),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("kind", String(40), nullable=False, doc='"sign-in", "sign-in-refused", "roles", "invited" ...'),
    Column("person_id", Integer, doc="Whom it is about, if it is somebody known."),
    Column("by_id", Integer, doc="Who did it, if somebody was signed in."),
    Column("address", String(64), nullable=False, server_default="", doc="The network address it came from."),
    Column("details", Text, nullable=False, server_default="{}", doc="JSON."),
    Index("ix_audit_at", "at"),
    Index("ix_audit_kind_at", "kind", "at"),
)
"""Append-only."""

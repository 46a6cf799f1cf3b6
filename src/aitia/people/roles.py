"""The five roles. A person may hold several; whoever is signed in may read."""

from enum import StrEnum


class Role(StrEnum):
    """What a person may do."""

    READER = "reader"
    """Read what was submitted, and the library."""
    AUTHOR = "author"
    """Make articles, edit and submit their own."""
    REVIEWER = "reviewer"
    """Mark, propose and sign, on the work of others."""
    EDITOR = "editor"
    """Assign reviewers, edit any article, withdraw, re-open."""
    ADMINISTRATOR = "administrator"
    """Invite people, give and take roles, look after libraries. Not a right to review."""

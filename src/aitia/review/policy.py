"""The editorial policy: how many must approve, for how long, in whose name, and the words around an article."""

from pathlib import Path

import msgspec
from msgspec import Struct

from aitia.errors import StateError
from aitia.review.chain import hash_of


class BoardMember(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A member of the advisory board, as shown on its page."""

    name: str
    credentials: str = ""
    affiliation: str = ""
    role: str = ""
    """On the board: Chair, Neurology, Patient representative ..."""
    interests: str = "None declared."


class PolicySection(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the editorial policy page."""

    heading: str
    text: str
    """Paragraphs, with an empty line between."""


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """A policy file."""

    publisher: str = "This service"
    """Who stands behind the answers."""
    contact: str = ""
    """An e-mail address for questions and corrections."""
    quorum: int = 2
    """Reviewers who must approve a version, from 1."""
    review_days: int = 30
    """Days within which a submitted article should be decided; after that the queue marks it overdue."""
    valid_days: int = 365
    """Days for which an approval holds."""
    caution: dict[str, str] = {}
    """Banner by audience until approved; a missing audience gets the article's own."""
    approved: dict[str, str] = {}
    """Words by audience above an approved article; may be empty."""
    disclaimer: dict[str, str] = {}
    """By audience; a missing one gets the article's own."""
    board: tuple[BoardMember, ...] = ()
    sections: tuple[PolicySection, ...] = ()
    """The editorial policy page."""


_MOST = 36_500
"""A hundred years in days; no board has as many members either."""


def policy_hash(policy: Policy) -> str:
    """SHA-256 of a policy."""
    return hash_of(msgspec.json.encode(policy, order="deterministic"))


def read_policy(path: Path | None) -> Policy:
    """The policy of a YAML file; without one, the policy that comes with Aitia.

    Raises StateError, with file and field, if it cannot be read or is wrong.
    """
    import yaml

    where = path or Path(__file__).with_name("policy.yaml")
    try:
        content = yaml.safe_load(where.read_text(encoding="utf-8")) or {}
        made = msgspec.convert(content, Policy)
    except OSError as error:
        raise StateError(f"the policy {where} cannot be read: {error.strerror or error}.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StateError(f"the policy {where} is not YAML: {' '.join(str(error).split())}.") from None
    except msgspec.ValidationError as error:
        raise StateError(f"the policy {where} is wrong: {error}. docs/edit.md lists its fields.") from None
    for field in ("quorum", "review_days", "valid_days"):
        if getattr(made, field) < 1:
            raise StateError(
                f"the policy {where} is wrong: {field} is {getattr(made, field)}; it must be 1 or more."
            )
        if getattr(made, field) > _MOST:
            raise StateError(f"the policy {where} is wrong: {field} is above {_MOST:,}.")
    return made

"""Moments as the database holds them: text that sorts by time."""

from datetime import UTC, date, datetime, timedelta


def moment(**later: float) -> str:
    """Now, or so many days, hours, minutes, seconds later (earlier, if negative): UTC, ISO 8601, to the microsecond."""
    at = datetime.now(UTC)
    if later:
        at += timedelta(**later)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds_since(at: str) -> float:
    """Seconds that have passed since a moment."""
    return (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds()


def today() -> date:
    """The day, UTC: from its first moment on, an approval that holds until it has ended."""
    return datetime.now(UTC).date()

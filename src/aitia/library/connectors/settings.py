"""What the operator sets about fetching, read from the environment."""

import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct, structs

from aitia.library.connectors import FetchError

EUTILS = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
EUROPEPMC = "https://www.ebi.ac.uk/europepmc/webservices/rest"
CROSSREF = "https://api.crossref.org"


class Settings(Struct, frozen=True, kw_only=True):
    """Where to fetch from, in whose name, and within which limits. Never shows the key."""

    contact: str | None = None
    """An email address that the services may write to."""
    ncbi_key: str | None = None
    allowed: frozenset[tuple[str, int]] = frozenset()
    """Hosts, with their port, that are fetched from whatever address they have and whatever their port."""
    eutils: str = EUTILS
    europepmc: str = EUROPEPMC
    crossref: str = CROSSREF
    connect_timeout: float = 10.0
    """Seconds."""
    read_timeout: float = 30.0
    """Seconds without a byte."""
    tries: int = 5
    budget: float = 300.0
    """Seconds for one request with all its tries and waits."""
    longest_wait: float = 120.0
    """Seconds: a service that asks for more is asked again after these."""
    body_limit: int = 100_000_000
    """Bytes of one answer, counted after decompression."""

    def __repr__(self) -> str:
        shown = structs.asdict(self) | {"ncbi_key": None if self.ncbi_key is None else "[key]"}
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    def without_key(self, text: str) -> str:
        """The text with the key, wherever it occurs in it, replaced."""
        return text.replace(self.ncbi_key, "[key]") if self.ncbi_key else text


def settings_from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """AITIA_CONTACT, NCBI_API_KEY, AITIA_FETCH_ALLOW and the addresses of mirrors: see docs/connectors.md.

    A mirror counts as allowed. Raises FetchError for a value that cannot be read.
    """
    given = {name: value.strip() for name, value in environment.items() if value.strip()}
    contact = given.get("AITIA_CONTACT")
    if contact and not re.fullmatch(r"[^\s@<>()\";,]{1,64}@[A-Za-z0-9.-]{1,190}", contact):
        raise FetchError("AITIA_CONTACT is not an email address: write it as name@example.org.")
    key = given.get("NCBI_API_KEY")
    if key and not re.fullmatch(r"[A-Za-z0-9]{8,128}", key):
        raise FetchError(
            "NCBI_API_KEY is not a key: it has letters and digits only; copy it again from your account."
        )
    allowed = {_host_and_port(item) for item in given.get("AITIA_FETCH_ALLOW", "").split(",") if item.strip()}
    addresses = []
    for variable, usual in (
        ("AITIA_EUTILS_URL", EUTILS),
        ("AITIA_EUROPEPMC_URL", EUROPEPMC),
        ("AITIA_CROSSREF_URL", CROSSREF),
    ):
        addresses.append(given.get(variable, usual).rstrip("/"))
        if variable in given:
            allowed.add(_host_of_mirror(variable, given[variable]))
    eutils, europepmc, crossref = addresses
    return Settings(
        contact=contact,
        ncbi_key=key,
        allowed=frozenset(allowed),
        eutils=eutils,
        europepmc=europepmc,
        crossref=crossref,
    )


def _host_and_port(item: str) -> tuple[str, int]:
    found = re.fullmatch(r"\s*(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})\s*", item)
    if found is None or not 0 < int(found[3]) < 65536:
        raise FetchError(
            f"AITIA_FETCH_ALLOW has {item.strip()!r}: write each host with its port, as intranet.example:443."
        )
    return (found[1] or found[2]).lower(), int(found[3])


def _host_of_mirror(variable: str, address: str) -> tuple[str, int]:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query:
        raise FetchError(
            f"{variable} is not an address of a service: write it as https://mirror.example/path."
        )
    return parts.hostname, port or {"http": 80, "https": 443}[parts.scheme]

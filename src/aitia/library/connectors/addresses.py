"""Which addresses may be fetched: those of the public internet, so that no page can make Aitia reach into a network.

The check is on the address that is dialled, at the moment of dialling: a name that is checked under one address and
dialled under another (DNS rebinding) gains nothing.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Iterable, Set
from typing import Any

import httpcore
import httpx

from aitia.library.connectors import FetchError

Resolve = Callable[[str, int], Iterable[str]]
"""From a host's name and port to its numeric addresses. Raises OSError."""

_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.(?!-)[a-z0-9_-]{1,63})*")

# IANA IPv4 Special-Purpose Address Registry, multicast, and the address of Azure's metadata service.
_CLOSED_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "168.63.129.16/32",
        ),
    )
)
# Of IPv6 only global unicast is open, without the parts of it that the IANA registry sets aside (6to4 among them).
_OPEN_6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_6 = tuple(
    map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether a numeric address is one of the public internet; IPv4 inside IPv6 (mapped, NAT64) counts as itself."""
    try:
        number = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(number, ipaddress.IPv6Address):
        if number.scope_id is not None:
            return False
        if number.ipv4_mapped is not None:
            number = number.ipv4_mapped
        elif number in _NAT64:
            number = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
        else:
            return number in _OPEN_6 and not any(number in network for network in _CLOSED_6)
    return not any(number in network for network in _CLOSED_4)


def shown(address: httpx.URL) -> str:
    """An address as a message names it: without user, query and fragment."""
    return str(address.copy_with(userinfo=b"", query=None, fragment=None))[:200]


def host_and_port(address: httpx.URL) -> tuple[str, int]:
    """What is dialled."""
    return address.raw_host.decode("ascii"), address.port or _PORTS[address.scheme]


def checked(address: str, allowed: Set[tuple[str, int]] = frozenset()) -> httpx.URL:
    """An address whose form is safe to fetch: http or https, a plain host, the usual port unless allowed.

    A number in place of a name must be a whole public address. Raises FetchError. What a name stands for is
    checked when it is dialled.
    """
    if re.search(r"[\s\\\x00-\x1f\x7f]", address) or len(address) > 8000:
        raise FetchError("the address has spaces or signs that no address has: copy it again.")
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        named = re.sub(r"//[^/]*@", "//", address)[:200]
        raise FetchError(f"{named!r} is not an address that can be read: copy it again.") from None
    if url.scheme not in _PORTS:
        raise FetchError(f"{address[:60]!r} is not fetched: only http and https addresses are.")
    if url.userinfo:
        raise FetchError(f"{shown(url)} is not fetched: the address carries a user name; leave that out.")
    host, port = host_and_port(url)
    if (host, port) in allowed:
        return url.copy_with(fragment=None)
    if ":" not in host and not _NAME.fullmatch(host):
        raise FetchError(f"{address[:200]!r} is not fetched: its host is not written as a plain name.")
    if port != _PORTS[url.scheme]:
        raise _refused(shown(url), f"it uses port {port}", f"{host}:{port}")
    # Browsers and system libraries read a last part of this form as a number: 127.1, 0x7f000001, 2130706433.
    numeric = ":" in host or re.fullmatch(r"\d+|0x[0-9a-f]*", host.rpartition(".")[2])
    if numeric and not is_public(host):
        raise _refused(shown(url), "it is not an address of the public internet", f"{host}:{port}")
    return url.copy_with(fragment=None)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedBackend(httpcore.NetworkBackend):
    """Dials a host only if every address it has is public, and dials the very address that was checked.

    The name stays with the connection above, so the Host header and the certificate are checked against it.
    """

    def __init__(
        self,
        allowed: Set[tuple[str, int]],
        resolver: Resolve = resolve,
        dialler: httpcore.NetworkBackend | None = None,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolver
        self._dialler = dialler or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises FetchError for a host that is refused or unknown, httpcore.ConnectError if none of it answers."""
        addresses = self._addresses(host, port)
        for address in addresses:
            try:
                return self._dialler.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if address == addresses[-1]:
                    raise
        raise httpcore.ConnectError("the name has no address")

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            addresses = list(self._resolve(host, port))
        except socket.gaierror as error:
            if error.errno == socket.EAI_NONAME:
                raise FetchError(f"there is no host {host}: check the spelling and the network.") from None
            raise httpcore.ConnectError("its name cannot be looked up") from None
        except (OSError, UnicodeError):
            raise httpcore.ConnectError("its name cannot be looked up") from None
        if (host, port) not in self._allowed and not all(map(is_public, addresses)):
            raise _refused(host, "its address is not one of the public internet", f"{host}:{port}")
        return addresses


def _refused(what: str, why: str, entry: str) -> FetchError:
    return FetchError(
        f"{what} is not fetched: {why}. If it is a site of your own that may be read, set AITIA_FETCH_ALLOW={entry}."
    )

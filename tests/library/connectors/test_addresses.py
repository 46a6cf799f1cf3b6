import ipaddress
import shutil
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aitia.library.connectors import FetchError
from aitia.library.connectors.addresses import CheckedBackend, checked, is_public
from aitia.library.connectors.fetch import Fetcher, Reply
from aitia.library.connectors.settings import Settings
from tests.library.connectors.server import PUBLIC, Answer, LocalDialler, Server

CLOSED_4 = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "168.63.129.16/32",
]
CLOSED_6 = [
    "::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]


@st.composite
def closed_4(draw: st.DrawFn) -> ipaddress.IPv4Address:
    network = ipaddress.IPv4Network(draw(st.sampled_from(CLOSED_4)))
    return network[draw(st.integers(0, network.num_addresses - 1))]


@st.composite
def closed_6(draw: st.DrawFn) -> ipaddress.IPv6Address:
    network = ipaddress.IPv6Network(draw(st.sampled_from(CLOSED_6)))
    return network[draw(st.integers(0, network.num_addresses - 1))]


def notations(address: ipaddress.IPv4Address) -> list[str]:
    """The ways to write an IPv4 address that some library or other reads."""
    number = int(address)
    one, two, three, four = address.packed
    return [
        str(address),
        f"{number}",
        f"0x{number:x}",
        f"0X{number:X}",
        f"0{number:o}",
        f"{one}.{number & 0xFFFFFF}",
        f"{one}.{two}.{three << 8 | four}",
        f"0x{one:x}.0x{two:x}.0x{three:x}.0x{four:x}",
        f"0{one:o}.0{two:o}.0{three:o}.0{four:o}",
        f"0x{one:x}.{two}.0{three:o}.{four}",
        f"{address}.",
        f"[::ffff:{address}]",
        f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]",
        f"[64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}]",
        f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]",
        f"[::{address}]",
        "".join(f"%{byte:02x}" for byte in str(address).encode()),
        str(address).replace(".", "。"),
        "".join(chr(ord(sign) + 0xFEE0) for sign in str(address)),
    ]


@settings(deadline=None)
@given(closed_4())
def test_no_notation_of_a_closed_ipv4_address_is_fetched(address: ipaddress.IPv4Address) -> None:
    assert not is_public(str(address))
    for host in notations(address):
        for scheme in ("http", "https"):
            with pytest.raises(FetchError):
                checked(f"{scheme}://{host}/")


@settings(deadline=None)
@given(closed_6())
def test_no_closed_ipv6_address_is_fetched(address: ipaddress.IPv6Address) -> None:
    assert not is_public(str(address))
    for host in (f"[{address}]", f"[{address.exploded}]", f"[{address}%25eth0]", f"[{address}%eth0]"):
        with pytest.raises(FetchError):
            checked(f"https://{host}/")


@settings(deadline=None)
@given(closed_4(), st.lists(st.just(PUBLIC), max_size=3), st.integers(0, 3))
def test_one_closed_address_among_public_ones_closes_a_name(
    closed: ipaddress.IPv4Address, public: list[str], place: int
) -> None:
    addresses = [*public[:place], str(closed), *public[place:]]
    dialler = LocalDialler(0)
    backend = CheckedBackend(frozenset(), lambda *_: addresses, dialler)
    with pytest.raises(FetchError, match="not one of the public internet"):
        backend.connect_tcp("journal.example", 443)
    assert dialler.dialled == []


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address))
def test_what_python_calls_private_is_never_public_here(address: ipaddress.IPv4Address) -> None:
    if address.is_private or address.is_multicast or address.is_reserved or address.is_loopback:
        assert not is_public(str(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_open(address: str) -> None:
    assert is_public(address)
    host = f"[{address}]" if ":" in address else address
    assert str(checked(f"https://{host}/a?b=1#c")).endswith("/a?b=1")


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("ftp://journal.example/", "only http and https"),
        ("gopher://journal.example/", "only http and https"),
        ("journal.example/a", "only http and https"),
        ("//journal.example/a", "only http and https"),
        ("https://name:secret@journal.example/", "user name"),
        ("https://journal.example@10.0.0.1/", "user name"),
        ("https://journal.example\\@10.0.0.1/", "spaces or signs"),
        ("https://journal.example/a b", "spaces or signs"),
        ("https://journal.example/\r\nX: y", "spaces or signs"),
        ("https://journal.example./", "plain name"),
        ("https:///a", "plain name"),
        ("https://journal..example/", "read|plain name"),
        ("https://journal.example:8443/", "port 8443"),
        ("http://journal.example:443/", "port 443"),
        ("https://journal.example:99999/", "read|port"),
        ("https://name:secret@[::1", "can be read"),
    ],
)
def test_odd_addresses_are_refused(address: str, why: str) -> None:
    with pytest.raises(FetchError, match=why) as caught:
        checked(address)
    assert "secret" not in str(caught.value)


def test_an_international_name_is_fetched_under_its_ascii_form() -> None:
    assert checked("https://bücher.example/").raw_host == b"xn--bcher-kva.example"


def test_an_allowed_host_may_have_any_port_and_address() -> None:
    allowed = frozenset({("intranet.example", 8080)})
    assert checked("http://intranet.example:8080/", allowed).port == 8080
    with pytest.raises(FetchError, match=r"AITIA_FETCH_ALLOW=intranet.example:8081"):
        checked("http://intranet.example:8081/", allowed)


def test_the_address_that_was_checked_is_the_one_that_is_dialled(
    server: Server, dialler: LocalDialler
) -> None:
    """A name that changes its address (DNS rebinding) is looked up once for each dialling, and dialled by number."""
    told: list[bytes] = []
    answers = iter([(PUBLIC,), ("127.0.0.1",)])
    server.route = lambda asked: Answer(body=asked.headers["Host"].encode())
    for _ in range(2):
        fetcher = Fetcher(Settings(), resolver=lambda *_: next(answers), dialler=dialler)
        try:
            asked = fetcher.request("http://journal.example/", lambda reply: reply.data)
        except FetchError as error:
            asked = str(error).encode()
        fetcher.close()
        told.append(asked)
    assert told[0] == b"journal.example"
    assert b"not one of the public internet" in told[1]
    assert dialler.dialled == [(PUBLIC, 80)]


def test_the_next_address_of_a_name_is_dialled_if_the_first_does_not_answer(server: Server) -> None:
    dialler = LocalDialler(server.port, frozenset({"2606:4700::1111"}))
    backend = CheckedBackend(frozenset(), lambda *_: ("2606:4700::1111", PUBLIC), dialler)
    backend.connect_tcp("journal.example", 443).close()
    assert dialler.dialled == [("2606:4700::1111", 443), (PUBLIC, 443)]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "0"])
def test_this_machine_is_refused_by_the_systems_own_resolver_too(server: Server, host: str) -> None:
    with pytest.raises(FetchError, match="not one of the public internet"):
        CheckedBackend(frozenset()).connect_tcp(host, server.port)
    CheckedBackend(frozenset({(host, server.port)})).connect_tcp(host, server.port).close()


def test_a_name_that_nobody_has_is_told_at_once() -> None:
    def unknown(*_: object) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with pytest.raises(FetchError, match=r"no host jurnal.example"):
        CheckedBackend(frozenset(), unknown).connect_tcp("jurnal.example", 443)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
def test_the_certificate_is_checked_against_the_name_and_not_the_number(
    server: Server, dialler: LocalDialler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        (
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
            f"-keyout {key} -out {certificate} -subj /CN=journal.example "
            "-addext subjectAltName=DNS:journal.example"
        ).split(),
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    names: list[str] = []
    context.sni_callback = lambda _, name, __: names.append(str(name))
    server.http.socket = context.wrap_socket(server.http.socket, server_side=True)
    server.route = lambda asked: Answer(body=asked.headers["Host"].encode())
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    fetcher = Fetcher(Settings(), resolver=lambda *_: (PUBLIC,), dialler=dialler)

    def read(reply: Reply) -> bytes:
        return reply.data

    try:
        assert fetcher.request("https://journal.example/", read) == b"journal.example"
        with pytest.raises(FetchError, match=r"certificate is not valid \(Hostname mismatch"):
            fetcher.request("https://other.example/", read)
    finally:
        fetcher.close()
    assert names == ["journal.example", "other.example"]
    assert dialler.dialled == [(PUBLIC, 443)] * 2

import gzip
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from aitia.library.connectors import FetchError
from aitia.library.connectors.fetch import Fetcher, Reply, Spacing, Unfit
from aitia.library.connectors.settings import Settings, settings_from_environment
from tests.library.connectors.conftest import MakeFetcher
from tests.library.connectors.server import PUBLIC, Answer, Clock, LocalDialler, Server


def body(reply: Reply) -> bytes:
    return reply.data


def good(_: object) -> Answer:
    return Answer(body=b"good")


def bomb(size: int) -> bytes:
    return gzip.compress(bytes(size), 9)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_fault_is_tried_again_after_a_wait_that_doubles(
    server: Server, fetcher: Fetcher, clock: Clock, status: int
) -> None:
    server.route = good
    server.faults.extend([Answer(status)] * 4)
    assert fetcher.request(f"{server.url}/a", body) == b"good"
    assert len(server.asked) == 5
    assert clock.slept == [1, 2, 4, 8]


def test_after_five_tries_the_message_says_where_what_and_how_often(server: Server, fetcher: Fetcher) -> None:
    server.route = lambda _: Answer(503)
    with pytest.raises(FetchError) as caught:
        fetcher.request(f"{server.url}/a/b?token=x", body)
    assert str(caught.value) == (
        f"{server.url}/a/b answered 503 (Service Unavailable); tried 5 times. "
        "Try again later: what is loaded already is kept."
    )
    assert caught.value.exit_code == 7
    assert len(server.asked) == 5


@pytest.mark.parametrize(("asked", "waited"), [("7", 7), ("0", 0), ("9999999", 120), ("soon", 1), ("-3", 1)])
def test_retry_after_in_seconds_is_kept_and_capped(
    server: Server, fetcher: Fetcher, clock: Clock, asked: str, waited: float
) -> None:
    server.route = good
    server.faults.append(Answer(429, headers={"Retry-After": asked}))
    fetcher.request(f"{server.url}/a", body)
    assert clock.slept[0] == waited


def test_retry_after_may_be_a_date(server: Server, fetcher: Fetcher, clock: Clock) -> None:
    server.route = good
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    past = format_datetime(datetime.now(UTC) - timedelta(seconds=60), usegmt=True)
    server.faults.extend(
        [Answer(503, headers={"Retry-After": later}), Answer(503, headers={"Retry-After": past})]
    )
    fetcher.request(f"{server.url}/a", body)
    assert 57 < clock.slept[0] <= 60
    assert sum(clock.slept[1:]) < 1


def test_all_tries_together_keep_to_the_budget(server: Server, fetcher_of: MakeFetcher, clock: Clock) -> None:
    server.route = lambda _: Answer(503, headers={"Retry-After": "90"})
    with pytest.raises(FetchError, match=r"asks to wait 90 s; tried 3 times"):
        fetcher_of(budget=200.0).request(f"{server.url}/a", body)
    assert clock.slept == [90, 90]


def test_jitter_is_full(server: Server, dialler: LocalDialler, clock: Clock) -> None:
    server.route = good
    server.faults.extend([Answer(500)] * 3)
    ranges: list[tuple[float, float]] = []

    def jitter(least: float, most: float) -> float:
        ranges.append((least, most))
        return 0.0

    settings = Settings(allowed=frozenset({("127.0.0.1", server.port)}))
    fetcher = Fetcher(settings, dialler=dialler, clock=clock, sleep=clock.sleep, jitter=jitter)
    fetcher.request(f"{server.url}/a", body, per_second=1e9)
    fetcher.close()
    assert ranges == [(0, 1), (0, 2), (0, 4)]


def test_a_truncated_body_is_tried_again_and_never_passed_on(server: Server, fetcher: Fetcher) -> None:
    server.route = good
    server.faults.extend([Answer(body=b"goo", length=4), Answer(body=b"", length=10)])
    assert fetcher.request(f"{server.url}/a", body) == b"good"
    server.route = lambda _: Answer(body=b"goo", length=4)
    with pytest.raises(FetchError, match=r"broke off its answer .*tried 5 times"):
        fetcher.request(f"{server.url}/a", body)


def test_compressed_data_that_ends_early_is_tried_again(server: Server, fetcher: Fetcher) -> None:
    packed = gzip.compress(b"good" * 1000)
    server.route = lambda _: Answer(body=packed, headers={"Content-Encoding": "gzip"})
    server.faults.append(Answer(body=packed[:-9], headers={"Content-Encoding": "gzip"}))
    server.faults.append(Answer(body=b"no gzip", headers={"Content-Encoding": "gzip"}))
    assert fetcher.request(f"{server.url}/a", body) == b"good" * 1000
    assert len(server.asked) == 3


def test_an_answer_that_is_unfit_is_tried_again(server: Server, fetcher: Fetcher) -> None:
    server.route = good
    server.faults.append(Answer(body=b"half"))

    def read(reply: Reply) -> bytes:
        if reply.data != b"good":
            raise Unfit("sent half of it")
        return reply.data

    assert fetcher.request(f"{server.url}/a", read) == b"good"
    server.route = lambda _: Answer(body=b"half")
    with pytest.raises(FetchError, match="sent half of it; tried 5 times"):
        fetcher.request(f"{server.url}/a", read)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 414, 204, 501])
def test_a_lasting_fault_is_told_at_once(server: Server, fetcher: Fetcher, status: int) -> None:
    server.route = lambda _: Answer(status)
    with pytest.raises(FetchError, match=f"answered {status}") as caught:
        fetcher.request(f"{server.url}/a", body)
    assert caught.value.status == status
    assert len(server.asked) == 1


def test_the_reason_that_a_service_gives_is_told_without_markup(server: Server, fetcher: Fetcher) -> None:
    server.route = lambda _: Answer(400, b"<e><m>Filter  foo is\nunknown</m></e>", "application/xml")
    with pytest.raises(FetchError, match=r"answered 400 \(Bad Request\): Filter foo is unknown\. Check"):
        fetcher.request(f"{server.url}/a", body)


def test_a_body_that_drips_is_given_up_after_the_read_timeout(
    server: Server, fetcher_of: MakeFetcher
) -> None:
    server.route = lambda _: Answer(body=b"slow", pause=30.0)
    started = time.monotonic()
    with pytest.raises(FetchError, match=r"did not answer within 0\.1 s; tried 2 times"):
        fetcher_of(read_timeout=0.1, tries=2).request(f"{server.url}/a", body)
    assert time.monotonic() - started < 10


def test_a_body_that_never_ends_is_given_up_after_the_budget(server: Server, dialler: LocalDialler) -> None:
    server.route = good
    moments = iter([0.0, 0.0, 500.0, 500.0, 500.0])
    settings = Settings(allowed=frozenset({("127.0.0.1", server.port)}), tries=1)
    fetcher = Fetcher(settings, dialler=dialler, clock=lambda: next(moments), sleep=lambda _: None)
    with pytest.raises(FetchError, match="was still sending after 300 s"):
        fetcher.request(f"{server.url}/a", body)
    fetcher.close()


def test_a_server_that_is_not_there_is_told_after_five_tries(clock: Clock) -> None:
    dialler = LocalDialler(0, frozenset({PUBLIC}))
    fetcher = Fetcher(
        Settings(), resolver=lambda *_: (PUBLIC,), dialler=dialler, clock=clock, sleep=clock.sleep
    )
    with pytest.raises(FetchError, match=r"journal.example/a cannot be reached .*refused\); tried 5 times"):
        fetcher.request("https://journal.example/a", body)
    fetcher.close()
    assert len(dialler.dialled) == 5


class TestSize:
    def test_a_body_is_refused_as_soon_as_it_is_too_large(
        self, server: Server, fetcher_of: MakeFetcher
    ) -> None:
        server.route = lambda _: Answer(body=bytes(2000))
        assert len(fetcher_of(body_limit=2000).request(f"{server.url}/a", body)) == 2000
        with pytest.raises(FetchError, match=r"larger than 0\.001999 MB"):
            fetcher_of(body_limit=1999).request(f"{server.url}/a", body)
        assert len(server.asked) == 2

    @pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
    def test_what_swells_on_decompression_is_refused(
        self, server: Server, fetcher_of: MakeFetcher, encoding: str
    ) -> None:
        packed = bomb(20_000_000)
        assert len(packed) < 20_500
        server.route = lambda _: Answer(body=packed, headers={"Content-Encoding": encoding})
        with pytest.raises(FetchError, match="larger than 1 MB"):
            fetcher_of(body_limit=1_000_000).request(f"{server.url}/a", body)
        assert len(server.asked) == 1

    @pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "deflate", "zstd"])
    def test_compression_that_was_not_asked_for_is_refused(
        self, server: Server, fetcher: Fetcher, encoding: str
    ) -> None:
        server.route = lambda _: Answer(
            body=gzip.compress(bomb(10**6)), headers={"Content-Encoding": encoding}
        )
        with pytest.raises(FetchError, match="is not read"):
            fetcher.request(f"{server.url}/a", body)


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_redirects_are_followed(self, server: Server, fetcher: Fetcher, status: int) -> None:
        server.route = lambda asked: (
            good(asked) if asked.path == "/b" else Answer(status, headers={"Location": "b"})
        )
        assert fetcher.request(f"{server.url}/a", lambda reply: reply.address) == f"{server.url}/b"

    @pytest.mark.parametrize(
        "target",
        [
            "http://127.0.0.1/",
            "http://localhost/",
            "http://169.254.169.254/latest/meta-data/",
            "http://metadata.example/",
            "http://10.0.0.1/",
            "http://[::1]/",
            "http://2130706433/",
            "//192.168.1.1/",
            "file:///etc/passwd",
            "ftp://journal.example/",
            "http://name:word@journal.example/",
            "http://journal.example:22/",
            "http://[",
        ],
    )
    def test_none_leads_into_a_network(
        self, server: Server, fetcher_of: MakeFetcher, dialler: LocalDialler, target: str
    ) -> None:
        names = {"localhost": ("127.0.0.1", "::1"), "metadata.example": ("169.254.169.254",)}
        server.route = lambda _: Answer(302, headers={"Location": target})
        with pytest.raises(FetchError, match=r"not fetched|not an address|no address"):
            fetcher_of(names).request("http://journal.example/a", body)
        assert dialler.dialled == [(PUBLIC, 80)]
        assert len(server.asked) == 1

    def test_a_page_outside_does_not_lead_to_a_site_that_is_allowed(
        self, server: Server, fetcher: Fetcher, dialler: LocalDialler
    ) -> None:
        server.route = lambda _: Answer(302, headers={"Location": f"{server.url}/inside"})
        with pytest.raises(FetchError, match="a site of your own: not followed from outside"):
            fetcher.request("http://journal.example/a", body)
        assert dialler.dialled == [(PUBLIC, 80)]

    def test_a_loop_ends(self, server: Server, fetcher: Fetcher) -> None:
        server.route = lambda _: Answer(302, headers={"Location": "/a"})
        with pytest.raises(FetchError, match="redirected more than 5 times"):
            fetcher.request(f"{server.url}/a", body)
        assert len(server.asked) == 6

    def test_a_form_is_not_sent_on(self, server: Server, fetcher: Fetcher) -> None:
        server.route = lambda _: Answer(307, headers={"Location": "http://journal.example/"})
        with pytest.raises(FetchError, match="not followed for a form"):
            fetcher.request(f"{server.url}/a", body, form={"api_key": "0123456789abcdef"})
        assert len(server.asked) == 1

    def test_encryption_is_not_given_up(self, fetcher: Fetcher) -> None:
        import httpx

        start = httpx.URL("https://journal.example/a")
        moved = httpx.Response(301, headers={"Location": "http://journal.example/a"})
        with pytest.raises(FetchError, match="not encrypted"):
            fetcher._moved(start, start, moved, False)


class TestPace:
    def test_requests_keep_their_distance(self, server: Server, fetcher: Fetcher, clock: Clock) -> None:
        server.route = good
        for _ in range(7):
            fetcher.request(f"{server.url}/a", body, per_second=3.0)
        assert clock.now == pytest.approx(1000 + 6 / 3)

    def test_a_redirect_and_a_second_try_keep_it_too(
        self, server: Server, fetcher: Fetcher, clock: Clock
    ) -> None:
        server.route = lambda asked: (
            good(asked) if asked.path == "/b" else Answer(302, headers={"Location": "b"})
        )
        fetcher.request(f"{server.url}/a", body, per_second=0.5)
        assert clock.slept == [2]

    def test_hosts_do_not_wait_for_each_other(self, clock: Clock) -> None:
        spacing = Spacing(clock, clock.sleep)
        for lane in "abc":
            spacing.wait(lane, 1.0)
        assert clock.slept == []

    def test_threads_share_one_pace(self) -> None:
        slept: list[float] = []
        spacing = Spacing(lambda: 0.0, slept.append)

        def work() -> None:
            for _ in range(50):
                spacing.wait("host", 4.0)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # Each of 400 moments is given once; the first needs no sleep.
        assert sorted(slept) == [place / 4 for place in range(1, 400)]


KEY = "0123456789abcdef0123456789abcdef0123"


class TestKey:
    @pytest.mark.parametrize("status", [200, 400, 429, 500])
    def test_it_is_in_no_message_and_no_address(
        self, server: Server, fetcher_of: MakeFetcher, status: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        fetcher = fetcher_of(ncbi_key=KEY)
        echo = f'{{"error":"API key invalid","api-key":"{KEY}"}}'.encode()
        server.route = lambda _: Answer(status, echo, "application/json")

        def read(reply: Reply) -> bytes:
            raise Unfit(f"sent {reply.data!r}")

        with pytest.raises(FetchError) as caught:
            fetcher.request(f"{server.url}/a", read, form={"api_key": KEY})
        error: BaseException | None = caught.value
        while error is not None:
            assert KEY not in str(error)
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        assert server.asked[0].fields["api_key"] == KEY
        assert all(KEY not in asked.target for asked in server.asked)
        assert KEY not in caplog.text

    def test_it_is_not_shown_with_the_settings(self) -> None:
        settings = Settings(ncbi_key=KEY)
        assert KEY not in f"{settings} {settings!r}"
        assert "[key]" in repr(settings)


class TestSettings:
    def test_nothing_set_is_the_public_services(self) -> None:
        settings = settings_from_environment({})
        assert settings == Settings()
        assert settings.eutils.startswith("https://eutils.ncbi.nlm.nih.gov/")

    def test_all_that_can_be_set(self) -> None:
        settings = settings_from_environment(
            {
                "AITIA_CONTACT": "library@hospital.example",
                "NCBI_API_KEY": KEY,
                "AITIA_FETCH_ALLOW": "Intranet.example:8080, [::1]:443",
                "AITIA_EUTILS_URL": "http://mirror.example/eutils/",
            }
        )
        assert settings.contact == "library@hospital.example"
        assert settings.ncbi_key == KEY
        assert settings.allowed == {("intranet.example", 8080), ("::1", 443), ("mirror.example", 80)}
        assert settings.eutils == "http://mirror.example/eutils"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("AITIA_CONTACT", "me"),
            ("AITIA_CONTACT", "a@b.example\r\nX-Evil: 1"),
            ("NCBI_API_KEY", "my key"),
            ("AITIA_FETCH_ALLOW", "intranet.example"),
            ("AITIA_FETCH_ALLOW", "intranet.example:0"),
            ("AITIA_FETCH_ALLOW", "https://intranet.example:443"),
            ("AITIA_EUTILS_URL", "mirror.example"),
            ("AITIA_CROSSREF_URL", "file:///etc"),
            ("AITIA_EUROPEPMC_URL", "https://a:b@mirror.example/"),
            ("AITIA_EUROPEPMC_URL", "https://mirror.example:x/"),
        ],
    )
    def test_a_value_that_cannot_be_read_is_named(self, name: str, value: str) -> None:
        with pytest.raises(FetchError, match=name) as caught:
            settings_from_environment({name: value})
        if name == "NCBI_API_KEY":
            assert value not in str(caught.value)

    def test_who_asks_is_said(self, server: Server, fetcher_of: MakeFetcher) -> None:
        server.route = good
        fetcher_of(contact="library@hospital.example").request(f"{server.url}/a", body)
        assert server.asked[0].headers["User-Agent"].startswith("aitia/")
        assert "mailto:library@hospital.example" in server.asked[0].headers["User-Agent"]

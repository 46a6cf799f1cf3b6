"""Sign-in through OpenID Connect, against a real provider on this machine."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, RSAKey

from aitia.people import accounts, audit, invitations
from aitia.people.roles import Role
from aitia.web import openid
from aitia.web.call import Services
from aitia.web.settings import OpenIdSettings, Settings
from tests.people.made import PASSWORD, email_of, make_person, sign_in
from tests.web.conftest import serving
from tests.web.provider import CLIENT, SECRET, Provider, provider

ADA = "Ada Lovelace"
_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})

pytestmark = pytest.mark.parametrize("address", ["sqlite"], indirect=True)


@pytest.fixture
def house() -> Iterator[Provider]:
    """A provider."""
    openid._provider.cache_clear()
    openid._keys.cache_clear()
    with provider() as made:
        made.key = _KEY
        yield made


@pytest.fixture
def settings(house: Provider, tmp_path: Path) -> Settings:
    """The service's settings, with the provider in them."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    return Settings(openid=OpenIdSettings(house.issuer, CLIENT, secret, "the hospital"))


def sent_to_provider(browser: httpx.Client, onward: str = "/account") -> str:
    """Begin a sign-in; gives the provider's address."""
    answer = browser.get(f"/openid/start?next={onward}")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def consented(address: str) -> str:
    """Consent on the provider's page; gives the path and query of ours that the browser is sent back to."""
    with httpx.Client() as client:
        assert "Allow" in client.get(address).text
        back = urlsplit(client.post(address).headers["location"])
    return f"{back.path}?{back.query}"


def signed_in(browser: httpx.Client) -> httpx.Response:
    """The whole way; gives our last answer."""
    return browser.get(consented(sent_to_provider(browser)))


def test_an_account_is_found_by_its_verified_address_and_linked(
    browser: httpx.Client, services: Services, house: Provider
) -> None:
    make_person(services.database, ADA, Role.REVIEWER)
    assert "Sign in with the hospital" in browser.get("/sign-in").text
    answer = signed_in(browser)
    assert answer.headers["location"] == "/account"
    assert ADA in browser.get("/account").text
    linked = accounts.find(services.database, email_of(ADA))
    assert linked
    assert linked.subject == f"{house.issuer} u-1"
    # From now on the subject counts, whatever the address at the provider is.
    house.user = {"sub": "u-1", "email": "married@clinic.example", "email_verified": True}
    browser.cookies.clear()
    assert signed_in(browser).headers["location"] == "/account"
    assert [entry.kind for entry in audit.entries(services.database)] == [
        "sign-in-openid",
        "sign-in-openid",
        "linked",
    ]


def test_somebody_invited_gets_an_account_with_the_roles(browser: httpx.Client, services: Services) -> None:
    path = invitations.invite(services.database, email_of(ADA), (Role.AUTHOR,), audit.Doer())
    assert signed_in(browser).headers["location"] == "/account"
    made = accounts.find(services.database, email_of(ADA))
    assert made
    assert (made.name, made.roles, made.has_password) == (ADA, (Role.AUTHOR,), False)
    assert browser.get(path).status_code == 404
    browser.cookies.clear()
    with pytest.raises(AssertionError):
        sign_in(browser, email_of(ADA), PASSWORD)


def test_somebody_unknown_is_let_in_only_if_the_settings_say_so(
    browser: httpx.Client, services: Services
) -> None:
    answer = signed_in(browser)
    assert answer.status_code == 403
    assert "no invitation" in answer.text
    assert browser.get("/account").status_code == 303
    assert services.settings.openid
    everyone = dataclasses.replace(
        services,
        settings=Settings(
            openid=OpenIdSettings(
                services.settings.openid.issuer,
                CLIENT,
                services.settings.openid.client_secret_file,
                invited_only=False,
            )
        ),
    )
    with serving(everyone) as place, httpx.Client(base_url=place) as other:
        assert signed_in(other).headers["location"] == "/account"
    made = accounts.find(services.database, email_of(ADA))
    assert made
    assert made.roles == (Role.READER,)


@pytest.mark.parametrize("verified", [False, "true", "false", 1, None])
def test_an_address_that_is_not_verified_opens_no_account(
    browser: httpx.Client, services: Services, house: Provider, verified: object
) -> None:
    make_person(services.database, ADA, Role.ADMINISTRATOR)
    house.user["email_verified"] = verified
    answer = signed_in(browser)
    assert answer.status_code == 403
    assert browser.get("/account").status_code == 303
    found = accounts.find(services.database, email_of(ADA))
    assert found
    assert found.subject is None


def test_another_subject_with_the_same_address_is_refused(
    browser: httpx.Client, services: Services, house: Provider
) -> None:
    make_person(services.database, ADA)
    signed_in(browser)
    browser.cookies.clear()
    house.user["sub"] = "u-2"
    assert signed_in(browser).status_code == 403


def test_a_closed_account_stays_closed(browser: httpx.Client, services: Services) -> None:
    ada = make_person(services.database, ADA)
    make_person(services.database, "Root Keeper", Role.ADMINISTRATOR)
    accounts.close(services.database, ada.id, audit.Doer())
    assert signed_in(browser).status_code == 403
    assert browser.get("/account").status_code == 303


@pytest.mark.parametrize(
    "fault",
    [
        "nonce",
        "no nonce",
        "audience",
        "audience, asked for by us",
        "audiences",
        "authorized party",
        "issuer",
        "expired",
        "from the future",
        "no expiry",
        "odd expiry",
        "access token",
        "no subject",
        "nobody",
        "number",
        "none",
        "public key as secret",
        "client secret",
        "other key",
        "unknown key",
        "no object",
        "changed",
        "no token",
        "refused",
        "mix-up",
        "no iss",
    ],
)
def test_an_answer_that_cannot_be_believed_signs_nobody_in(
    browser: httpx.Client, services: Services, house: Provider, fault: str
) -> None:
    make_person(services.database, ADA)
    house.fault = fault
    answer = signed_in(browser)
    assert answer.status_code == 400, answer.text
    assert "aitia" not in browser.cookies
    assert browser.get("/account").status_code == 303
    assert audit.entries(services.database, limit=1)[0].kind == "sign-in-refused"
    house.fault = ""
    assert signed_in(browser).status_code == 303


def test_a_return_that_was_not_begun_here_is_nobodys(
    site: str, browser: httpx.Client, services: Services, house: Provider
) -> None:
    make_person(services.database, ADA)
    # An attacker's own return, put before somebody else's browser: with no sign-in begun, and with another.
    with httpx.Client(base_url=site) as attacker:
        back = consented(sent_to_provider(attacker))
    assert browser.get(back).status_code == 400
    sent_to_provider(browser)
    assert browser.get(back).status_code == 400
    assert browser.get("/account").status_code == 303
    assert "/token" not in house.asked
    for odd in ("/openid/back", "/openid/back?state=%C3%A9&code=x", "/openid/back?code=x"):
        sent_to_provider(browser)
        assert browser.get(odd).status_code == 400


def test_a_code_works_once(browser: httpx.Client, services: Services) -> None:
    make_person(services.database, ADA)
    back = consented(sent_to_provider(browser))
    before = dict(browser.cookies)
    assert browser.get(back).status_code == 303
    # Again, as somebody would who has seen the address, and even the cookie.
    for cookies in ({}, before):
        browser.cookies.clear()
        browser.cookies.update(cookies)
        assert browser.get(back).status_code == 400
        assert "aitia" not in browser.cookies


def test_the_code_of_one_sign_in_does_not_fit_another(
    site: str, browser: httpx.Client, services: Services
) -> None:
    """PKCE and nonce: a code that was caught is of no use in another browser's sign-in."""
    make_person(services.database, ADA)
    caught = dict(parse_qsl(urlsplit(consented(sent_to_provider(browser))).query))
    with httpx.Client(base_url=site) as attacker:
        own = dict(parse_qsl(urlsplit(consented(sent_to_provider(attacker))).query))
        answer = attacker.get("/openid/back", params={**own, "code": caught["code"]})
        assert answer.status_code == 400
        assert attacker.get("/account").status_code == 303


@pytest.mark.parametrize("fault", ["down", "no json", "endless", "moved", "other issuer"])
def test_a_provider_that_fails_is_told_and_tried_again(
    browser: httpx.Client, services: Services, house: Provider, fault: str
) -> None:
    make_person(services.database, ADA)
    house.fault = fault
    answer = browser.get("/openid/start")
    assert answer.status_code == 502
    assert "Not signed in" in answer.text
    house.fault = ""
    assert signed_in(browser).status_code == 303


def test_a_provider_that_fails_on_the_way_back_is_told(
    browser: httpx.Client, services: Services, house: Provider
) -> None:
    make_person(services.database, ADA)
    back = consented(sent_to_provider(browser))
    house.fault = "down"
    assert browser.get(back).status_code == 400


def test_nothing_is_asked_of_an_address_without_https(
    browser: httpx.Client, services: Services, house: Provider
) -> None:
    make_person(services.database, ADA)
    house.fault = "plain http"
    answer = signed_in(browser)
    assert answer.status_code == 400
    assert "not HTTPS" in answer.text


@pytest.mark.parametrize(
    "address_of",
    [
        "http://login.example/keys",
        "http://169.254.169.254/",
        "http://[::ffff:169.254.169.254]/",
        "http://localhost.example/",
        "http://127.0.0.1@evil.example/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
        "http://[::",
        "",
    ],
)
def test_addresses_that_are_not_asked(address: str, address_of: str) -> None:
    del address
    with pytest.raises(openid.OpenIdError):
        openid._check(address_of, "http://127.0.0.1:1")


def test_a_provider_elsewhere_may_not_name_an_address_on_this_machine_in_plain_http(address: str) -> None:
    del address
    with pytest.raises(openid.OpenIdError):
        openid._check("http://127.0.0.1/keys", "https://login.example")
    openid._check("https://keys.login.example/", "https://login.example")


def test_new_keys_of_the_provider_are_taken_up(
    browser: httpx.Client, services: Services, house: Provider
) -> None:
    make_person(services.database, ADA)
    assert signed_in(browser).status_code == 303
    house.key = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"})
    browser.cookies.clear()
    assert signed_in(browser).status_code == 303
    assert house.asked.count("/keys") == 2
    assert house.asked.count("/.well-known/openid-configuration") == 1


def test_made_up_keys_do_not_make_us_ask_without_end(
    browser: httpx.Client, services: Services, house: Provider
) -> None:
    make_person(services.database, ADA)
    house.fault = "unknown key"
    for _ in range(4):
        assert signed_in(browser).status_code == 400
    assert house.asked.count("/keys") <= 3


def test_what_the_token_does_not_tell_is_asked_for(
    browser: httpx.Client, services: Services, house: Provider
) -> None:
    make_person(services.database, ADA)
    house.claims_in_token = False
    house.secret_in_form = True
    house.fault = "other user"
    assert signed_in(browser).status_code == 400
    house.fault = ""
    assert signed_in(browser).status_code == 303


def test_the_way_back_leads_nowhere_else(browser: httpx.Client, services: Services) -> None:
    make_person(services.database, ADA)
    answer = browser.get(consented(sent_to_provider(browser, "//evil.example")))
    assert answer.headers["location"] == "/"


def test_a_wrong_secret_is_refused_and_a_missing_file_is_told(
    browser: httpx.Client, services: Services
) -> None:
    make_person(services.database, ADA)
    assert services.settings.openid
    file = services.settings.openid.client_secret_file
    file.write_text("another")
    assert signed_in(browser).status_code == 400
    file.unlink()
    assert signed_in(browser).status_code == 503
    assert browser.get("/account").status_code == 303


def test_without_settings_there_is_no_such_sign_in(services: Services) -> None:
    without = dataclasses.replace(services, settings=Settings())
    with serving(without) as place, httpx.Client(base_url=place) as client:
        assert client.get("/openid/start").status_code == 404
        assert client.get("/openid/back").status_code == 404
        assert "/openid/" not in client.get("/sign-in").text

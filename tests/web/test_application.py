"""The application as a whole."""

import httpx


def test_an_unknown_page_is_not_found(browser: httpx.Client) -> None:
    assert browser.get("/nothing-here").status_code == 404

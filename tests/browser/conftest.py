"""What the tests in a real browser share."""

import os

import pytest

from tests.browser.node import lacking


@pytest.fixture(scope="session", autouse=True)
def chromium() -> None:
    """Skips where there is no browser; fails where there must be one."""
    reason = lacking()
    if reason is None:
        return
    if "CI" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)

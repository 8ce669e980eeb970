"""What browser tests share: one headless Chromium for a module, and patience."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

CHROMIUM = shutil.which("chromium")
SLOW_MS = 60_000  # a busy machine may take this long; the checks are for what appears, not when

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed: apt install chromium"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=SLOW_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()

"""Make the screenshots of README: the page on a desktop, on a phone, and in the dark.

    python -m assets.make_screenshots

Needs chromium and what `make test` installs. Run it again whenever the page or the bundled
checkpoints change. The photos are those of the examples: demo photos of the Turing test would be
given away.
"""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from assets.make_examples import example_photo
from colorizer.settings import Settings
from colorizer.web import build_app, launch_options
from tests.support.browser_support import CHROMIUM

FOLDER = Path(__file__).parent / "readme"
PATIENCE_MS = 120_000
PICTURES_ARE_THERE = """
[...document.querySelectorAll('img')].every((i) => !i.offsetParent || i.naturalWidth)
"""


def main() -> None:
    """Start the page with nobody's votes, visit it three times, write three pictures."""
    with tempfile.TemporaryDirectory() as kept, sync_playwright() as playwright:
        settings = Settings(database_url=f"sqlite:///{kept}/votes.db")
        app = build_app(settings)
        _, url, _ = app.launch(prevent_thread_lock=True, quiet=True, **launch_options(settings))
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        photos = _photos(Path(kept))
        for name, width, height, theme, visit in (
            ("page-desktop", 1280, 900, "light", _colour),
            ("page-phone", 390, 844, "light", _look),
            ("page-dark", 1280, 900, "dark", _palette),
        ):
            page = chromium.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(PATIENCE_MS)
            page.goto(f"{url}?__theme={theme}")
            page.locator("#before-after img").nth(1).wait_for()
            visit(page, photos)
            page.wait_for_function(PICTURES_ARE_THERE)
            page.wait_for_timeout(1500)  # pictures and colours have faded in
            print(_save(page.screenshot(), FOLDER / f"{name}.webp"))
            page.close()
        chromium.close()
        app.close()


def _photos(folder: Path) -> list[Path]:
    """Two black-and-white photos and one in colour, as files."""
    files = []
    for name, example, mode in (
        ("admiral", "admiral", "L"),
        ("bridge", "bridge", "L"),
        ("leaves-in-colour", "leaves", "RGB"),
    ):
        files.append(folder / f"{name}.jpg")
        Image.fromarray(example_photo(example)).convert(mode).save(files[-1], quality=92)
    return files


def _look(page: Page, photos: list[Path]) -> None:
    """The page as it comes."""


def _colour(page: Page, photos: list[Path]) -> None:
    """The black-and-white photos, coloured."""
    page.locator("#photos input[type=file]").set_input_files(photos[:2])
    page.get_by_text("2 of 2 photos coloured").wait_for()


def _palette(page: Page, photos: list[Path]) -> None:
    """The colour photo and its palette."""
    page.get_by_role("tab", name="Palette").click()
    swatch = page.locator("#palette-swatches button").first
    swatch.wait_for()  # of the example, with which the tab begins
    colour = swatch.inner_text()
    page.locator("#palette-photo input[type=file]").set_input_files(photos[2:])
    page.wait_for_function(
        "old => document.querySelector('#palette-swatches button')?.innerText !== old", arg=colour
    )


def _save(screenshot: bytes, file: Path) -> Path:
    picture = Image.open(io.BytesIO(screenshot)).convert("RGB")
    picture.save(file, "WEBP", quality=82, method=6)
    return file


if __name__ == "__main__":
    main()

"""SIGTERM in the middle of work: the app ends, keeps its votes, leaves no photo and no secret."""

import asyncio
import re
import time
from collections.abc import Callable
from pathlib import Path

from tests.study.test_load import choices, first_pair, integrity, opened, stored_votes, vote
from tests.support.running_app import ROOT, RunningApp

Figures = Callable[[str, object], None]
SECRETS = {
    "HF_TOKEN": "hf_MARKEDtoken0123456789",
    "COLORIZER_STUDY_SECRET": "MARKEDsecret-of-the-study",
}
AWAY = {"HF_ENDPOINT": "http://127.0.0.1:9", "COLORIZER_VOTES_DATASET": "owner/votes"}
PHOTO = ROOT / "assets" / "study" / "person" / "astronaut.jpg"
LIMIT_SECONDS = 90.0  # of which 60 are what the last copy to the Hub may take


def test_sigterm_in_the_middle_of_work(tmp_path: Path, figures: Figures) -> None:
    (tmp_path / ".colorizer").mkdir()
    url = f"sqlite:///{tmp_path}/.colorizer/votes.db"
    app = RunningApp(tmp_path, url, SECRETS | AWAY)
    app.start()
    app.wait_until_prepared()

    async def work() -> str:
        page = await opened(app)
        token, trial = await first_pair(page)
        reply = await vote(page, token, trial["id"], "left")
        file = await page.upload(PHOTO)
        colouring = [
            asyncio.create_task(
                page.window().call("colorize", [file, model, 1.0, 0.0, "", "", None, 1.0, 0])
            )
            for model in ("classification", "regression", "classification")
        ]
        await asyncio.sleep(0.3)
        for task in colouring:
            task.cancel()
        await asyncio.gather(*colouring, return_exceptions=True)
        await page.close()
        return str(reply["choice"])

    try:
        assert asyncio.run(work()) == "left"
        assert list((tmp_path / "gradio").rglob("astronaut.jpg"))
    finally:
        begun = time.monotonic()
        code = app.stop()
    seconds = time.monotonic() - begun
    figures("SIGTERM in the middle of work", f"ended with {code} after {seconds:.1f} s")
    assert code == 0
    assert seconds < LIMIT_SECONDS
    assert list(choices(stored_votes(url)).values()) == ["left"]
    assert integrity(url) == "ok"
    left = [path for path in tmp_path.rglob("*") if re.search(r"\.part$|\.partial$", path.name)]
    assert left == []
    assert list((tmp_path / "gradio").rglob("*.jpg")) == []
    log = app.log.read_text()
    for secret in (*SECRETS.values(), "MARKED"):
        assert secret not in log

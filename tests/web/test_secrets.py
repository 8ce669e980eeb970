"""What the app is told in confidence stays with it: no program that it starts inherits it."""

from pathlib import Path

import httpx
import psutil
import pytest
from gradio_client import Client, handle_file

from tests.support.running_app import ROOT, RunningApp

pytest_plugins = ["tests.support.running_app"]

SECRETS = {
    "HF_TOKEN": "hf_a-token-of-the-tests",
    "COLORIZER_STUDY_SECRET": "a-signature-of-the-tests",
}


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc on this system")
def test_no_child_process_knows_a_secret(home: Path) -> None:
    url = f"sqlite:///{home}/.colorizer/secret-votes.db"
    app = RunningApp(home, url, SECRETS)
    app.start()
    try:
        app.wait_until_prepared()
        client = Client(app.url, verbose=False)
        client.predict(handle_file(ROOT / "assets/examples/leaves.jpg"), api_name="/colorize")
        children = psutil.Process(app.pid).children(recursive=True)
        assert children, "the decoder has processes of its own"
        for child in children:
            told = Path(f"/proc/{child.pid}/environ").read_text()
            assert "PATH=" in told
            for secret in (*SECRETS.values(), "secret-votes.db"):
                assert secret not in told
        assert httpx.get(f"{app.url}health").status_code == 200
    finally:
        app.stop()
    assert not [secret for secret in SECRETS.values() if secret in app.log.read_text()]

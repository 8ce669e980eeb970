"""Settings: read, checked, and refused with one message that says what is allowed."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from colorizer.photo import DEFAULT_LIMITS
from colorizer.settings import (
    SECRETS,
    SPACE_PROXIES,
    Settings,
    SettingsError,
    describe,
    forget_secrets,
    read_settings,
    variable,
)
from tests.support.source_tree import ROOT

Read = Callable[..., Settings]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    """The settings of an environment that holds these variables alone."""

    def reading(**variables: str) -> Settings:
        for name in os.environ:
            if name.startswith("COLORIZER_") or name in ("HF_TOKEN", "SPACE_ID"):
                monkeypatch.delenv(name)
        for name, value in variables.items():
            known = name in ("HF_TOKEN", "SPACE_ID")
            monkeypatch.setenv(name if known else f"COLORIZER_{name}", value)
        return read_settings()

    return reading


def test_an_empty_environment_gives_the_defaults(read: Read) -> None:
    assert read() == Settings()


def test_variables_are_read_and_turned_into_limits(read: Read) -> None:
    settings = read(MAX_MEGABYTES="3", HOST="0.0.0.0")
    assert settings.limits == replace(DEFAULT_LIMITS, max_bytes=3 * 2**20)
    assert settings.host == "0.0.0.0"


def test_memory_for_a_photo_grows_with_the_pixels_that_are_accepted(read: Read) -> None:
    settings = read(MAX_MEGAPIXELS="200", MAX_SIDE="80000")
    assert settings.limits.max_pixels == 2 * DEFAULT_LIMITS.max_pixels
    assert settings.limits.max_memory == 2 * DEFAULT_LIMITS.max_memory
    assert settings.limits.max_side == 80_000


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("DEVICE", "gpu", "'cpu' or 'cuda'"),
        ("STUDY_PROTOCOL", "long", "'short' or 'published'"),
        ("QUEUE_SIZE", "0", "a whole number from 1 to 10000"),
        ("QUEUE_SIZE", "1.5", "a whole number from 1 to 10000"),
        ("ADDRESS_RUNS", "0", "a whole number from 1 to 1000000"),
        ("ADDRESS_REQUESTS", "1", "a whole number from 16 to 1000000"),
        ("ADDRESS_MEGABYTES", "-1", "a whole number from 1 to 1000000"),
        ("MAX_MEGAPIXELS", "0", "a whole number from 1 to 1000"),
        ("MAX_MEGABYTES", "99999999999", "a whole number from 1 to 1024"),
        ("MAX_SIDE", "0", "a whole number from 16 to 1000000"),
        ("MAX_PHOTOS", "http", "a whole number from 1 to 1000"),
        ("HUB_MODELS", "1000", "a whole number from 0 to 16"),
        ("PREVIEW_SIDE", "0", "a whole number from 64 to 8192"),
        ("STUDY_EXPOSURE", "nan", "a number from 0 to 60"),
        ("STUDY_EXPOSURE", "inf", "a number from 0 to 60"),
        ("STUDY_EXPOSURE", "long", "a number from 0 to 60"),
        ("STUDY_ADDRESS_PAIRS", "0", "a whole number from 1 to 1000000000"),
        ("MCP", "7", "a whole number from 0 to 1"),
        ("PROXIES", "*", "addresses or networks such as 10.0.0.0/8, by commas"),
        ("PROXIES", "10.0.0.1,proxy", "addresses or networks such as 10.0.0.0/8, by commas"),
    ],
)
def test_what_cannot_work_is_named_with_what_is_allowed(
    read: Read, name: str, value: str, allowed: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read(**{name: value})
    assert str(refused.value) == f"COLORIZER_{name}={value}: must be {allowed}"


def test_everything_that_is_wrong_is_said_at_once(read: Read) -> None:
    with pytest.raises(SettingsError) as refused:
        read(DEVICE="gpu", QUEUE_SIZE="0")
    assert len(str(refused.value).splitlines()) == 2


def test_a_setting_that_is_not_there_is_no_setting(read: Read) -> None:
    with pytest.raises(SettingsError, match="COLORIZER_PROXY: there is no such setting"):
        read(PROXY="1")
    assert read(TEST_DATABASE_URL="postgresql://for-tests") == Settings()


def test_votes_need_a_token_for_their_dataset(read: Read) -> None:
    with pytest.raises(SettingsError, match="COLORIZER_VOTES_DATASET=owner/votes: needs HF_TOKEN"):
        read(VOTES_DATASET="owner/votes")
    assert read(VOTES_DATASET="owner/votes", HF_TOKEN="hf_x").hub_token == "hf_x"


def test_the_value_of_a_secret_is_not_shown(read: Read) -> None:
    with pytest.raises(SettingsError) as refused:
        read(STUDY_SECRET="swordfish")
    assert (
        str(refused.value) == "COLORIZER_STUDY_SECRET=…: must be at least 16 characters, or empty"
    )
    settings = read(
        STUDY_SECRET="s3cret" * 3, HF_TOKEN="hf_s3cret", DATABASE_URL="postgresql://s3cret"
    )
    assert "s3cret" not in repr(settings)


def test_a_space_listens_on_all_addresses_behind_its_hosts_proxies(read: Read) -> None:
    settings = read(SPACE_ID="owner/name")
    assert (settings.host, settings.proxies) == ("0.0.0.0", SPACE_PROXIES)
    assert (read().host, read().proxies) == ("127.0.0.1", "")
    assert read(SPACE_ID="owner/name", HOST="127.0.0.1").host == "127.0.0.1"


def test_an_empty_variable_is_as_good_as_none(read: Read) -> None:
    assert read(STUDY_EXPOSURE="", QUEUE_SIZE="") == Settings()
    assert read(STUDY_EXPOSURE="0.5").study_exposure == 0.5


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().mcp = 1  # type: ignore[misc]


def test_every_setting_is_described() -> None:
    for name in Settings.model_fields:
        assert f"`{variable(name)}`" in describe()


def test_secrets_are_not_inherited() -> None:
    environment = {variable(name): "s3cret" for name in SECRETS} | {"PATH": "/bin"}
    forget_secrets(environment)
    assert environment == {"PATH": "/bin"}


def test_the_app_ends_with_the_message_alone() -> None:
    environment = os.environ | {"COLORIZER_QUEUE_SIZE": "0", "COLORIZER_DEVICE": "gpu"}
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "These settings cannot work:",
        "COLORIZER_DEVICE=gpu: must be 'cpu' or 'cuda'",
        "COLORIZER_QUEUE_SIZE=0: must be a whole number from 1 to 10000",
    ]

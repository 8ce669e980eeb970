from dataclasses import replace

import pytest

from colorizer.photo import DEFAULT_LIMITS
from colorizer.settings import Settings, describe


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()


def test_variables_are_read_and_turned_into_limits() -> None:
    settings = Settings.from_env({"COLORIZER_MAX_MEGABYTES": "3", "COLORIZER_HOST": "0.0.0.0"})
    assert settings.limits == replace(DEFAULT_LIMITS, max_bytes=3 * 2**20)
    assert settings.host == "0.0.0.0"


def test_memory_for_a_photo_grows_with_the_pixels_that_are_accepted() -> None:
    settings = Settings.from_env({"COLORIZER_MAX_MEGAPIXELS": "200", "COLORIZER_MAX_SIDE": "80000"})
    assert settings.limits.max_pixels == 2 * DEFAULT_LIMITS.max_pixels
    assert settings.limits.max_memory == 2 * DEFAULT_LIMITS.max_memory
    assert settings.limits.max_side == 80_000


def test_a_bad_number_is_named() -> None:
    with pytest.raises(ValueError, match="COLORIZER_MAX_PHOTOS"):
        Settings.from_env({"COLORIZER_MAX_PHOTOS": "http"})


def test_a_space_listens_on_all_addresses() -> None:
    assert Settings.from_env({"SPACE_ID": "owner/name"}).host == "0.0.0.0"


def test_a_space_stands_behind_a_proxy() -> None:
    assert Settings.from_env({"SPACE_ID": "owner/name"}).proxy == 1
    assert Settings.from_env({}).proxy == 0


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert Settings.from_env({"COLORIZER_STUDY_EXPOSURE": ""}).study_exposure is None


def test_exposure_is_a_number_of_seconds() -> None:
    assert Settings.from_env({"COLORIZER_STUDY_EXPOSURE": "0.5"}).study_exposure == 0.5
    with pytest.raises(ValueError, match="COLORIZER_STUDY_EXPOSURE"):
        Settings.from_env({"COLORIZER_STUDY_EXPOSURE": "long"})


def test_only_known_protocols_are_taken() -> None:
    with pytest.raises(ValueError, match="short or published"):
        Settings.from_env({"COLORIZER_STUDY_PROTOCOL": "long"})


def test_the_hubs_token_has_the_hubs_name() -> None:
    assert Settings.from_env({"HF_TOKEN": "hf_secret"}).hub_token == "hf_secret"


def test_secrets_are_not_shown() -> None:
    settings = Settings(
        study_secret="s3cret", hub_token="hf_secret", database_url="postgresql://u:s3cret@h/d"
    )
    assert "s3cret" not in repr(settings)
    assert "hf_secret" not in repr(settings)


def test_every_setting_is_described() -> None:
    for name in Settings.__dataclass_fields__:
        variable = "HF_TOKEN" if name == "hub_token" else f"COLORIZER_{name.upper()}"
        assert f"`{variable}`" in describe()

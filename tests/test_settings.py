import pytest

from colorizer.settings import Settings, describe


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_env({}) == Settings()


def test_variables_are_read_and_turned_into_limits() -> None:
    settings = Settings.from_env({"COLORIZER_MAX_MEGABYTES": "3", "COLORIZER_HOST": "0.0.0.0"})
    assert settings.limits.max_bytes == 3 * 2**20
    assert settings.host == "0.0.0.0"


def test_a_bad_number_is_named() -> None:
    with pytest.raises(ValueError, match="COLORIZER_MAX_PHOTOS"):
        Settings.from_env({"COLORIZER_MAX_PHOTOS": "http"})


def test_a_space_listens_on_all_addresses() -> None:
    assert Settings.from_env({"SPACE_ID": "owner/name"}).host == "0.0.0.0"


def test_every_setting_is_described() -> None:
    for name in Settings.__dataclass_fields__:
        assert f"COLORIZER_{name.upper()}" in describe()

"""Whom a request counts against: measured with forged headers, over real HTTP."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from colorizer.settings import SPACE_PROXIES, Settings
from colorizer.web import middleware
from colorizer.web.callers import caller_of
from tests.support.served_page import served_page

ME = "127.0.0.1"
FORWARDED = "x-forwarded-for"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The page's address by the proxies that it believes."""
    folder = tmp_path_factory.mktemp("pages")
    own = {"database_url": f"sqlite:///{folder}/votes.db", "study_photos": str(folder)}
    with (
        served_page(Settings(**own)) as direct,
        served_page(Settings(**own, proxies=SPACE_PROXIES)) as behind,
    ):
        yield {"": direct, SPACE_PROXIES: behind}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch, pages: dict[str, str]) -> Callable[..., list[str]]:
    """Whom the server counted a request against."""

    def asked(proxies: str, headers: list[tuple[str, str]]) -> list[str]:
        counted: list[str] = []
        address_of = middleware.address_of

        def noted(request: object) -> str:
            counted.append(address_of(request))  # type: ignore[arg-type]
            return counted[-1]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(middleware, "address_of", noted)
            httpx.get(f"{pages[proxies]}health", headers=headers).raise_for_status()
        return counted

    return asked


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        ("", ["203.0.113.5"], ME),
        ("", ["127.0.0.1, 203.0.113.5"], ME),
        (SPACE_PROXIES, [], ME),
        (SPACE_PROXIES, [""], ME),
        (SPACE_PROXIES, ["203.0.113.5"], "203.0.113.5"),
        (SPACE_PROXIES, ["203.0.113.5, 10.0.0.1"], "203.0.113.5"),
        # What a visitor forges stands on the left of what the proxy adds.
        (SPACE_PROXIES, ["198.51.100.7, 203.0.113.5"], "203.0.113.5"),
        (SPACE_PROXIES, ["198.51.100.7, 203.0.113.5, 10.1.2.3"], "203.0.113.5"),
        (SPACE_PROXIES, ["198.51.100.7", "203.0.113.5"], "203.0.113.5"),
        (SPACE_PROXIES, ["10.0.0.9, 203.0.113.5"], "203.0.113.5"),
        (SPACE_PROXIES, ["203.0.113.5:4711"], "203.0.113.5"),
        (SPACE_PROXIES, ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        (SPACE_PROXIES, ["nobody, nowhere"], "nowhere"),
    ],
)
def test_forged_addresses_are_not_believed(
    seen: Callable[..., list[str]], proxies: str, forwarded: list[str], address: str
) -> None:
    assert set(seen(proxies, [(FORWARDED, each) for each in forwarded])) == {address}


@pytest.mark.parametrize("told", [". 203.0.113.5", "x 203.0.113.5", "203.0.113.5", "ü 1.2.3.4"])
def test_the_servers_own_word_for_a_caller_cannot_be_forged(
    seen: Callable[..., list[str]], told: str
) -> None:
    header = ("x-colorizer-caller", told.encode())
    assert set(seen("", [header])) == {ME}  # type: ignore[list-item]


def test_a_network_of_ipv6_is_one_visitor() -> None:
    assert caller_of("2001:db8::1") == caller_of("2001:db8::ffff:1") == "2001:db8::/64"
    assert caller_of("2001:db8:0:1::1") != caller_of("2001:db8::1")
    assert caller_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert len(caller_of("x" * 10_000)) <= 64

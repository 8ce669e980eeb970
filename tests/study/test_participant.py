import pytest

from colorizer.errors import StudyError
from colorizer.study.participant import Identity
from tests.support.study_support import SECRET

NOON = 1_760_000_000_000
DAY = 86_400_000


def test_a_token_names_its_participant() -> None:
    identity = Identity(SECRET)
    token = identity.new_token()
    participant = identity.participant(token)
    assert token.startswith(participant)
    assert Identity(SECRET).participant(token) == participant


@pytest.mark.parametrize(
    "forged",
    [
        None,
        "",
        7,
        "a" * 32,
        f"{'a' * 32}.{'b' * 64}",
        Identity(b"another secret altogether").new_token(),
        Identity(SECRET).new_token() + "\n",
        Identity(SECRET).new_token().upper(),
        "0" + Identity(SECRET).new_token()[1:] + "0",
    ],
)
def test_what_was_not_signed_here_is_refused(forged: object) -> None:
    with pytest.raises(StudyError, match="start a new one"):
        Identity(SECRET).participant(forged)


def test_one_changed_digit_breaks_the_signature() -> None:
    identity = Identity(SECRET)
    token = identity.new_token()
    changed = ("1" if token[0] == "0" else "0") + token[1:]
    with pytest.raises(StudyError):
        identity.participant(changed)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Identity(b"short")


def test_addresses_are_comparable_within_a_day_only() -> None:
    identity = Identity(SECRET)
    today = identity.address_hash("192.0.2.7", NOON)
    assert today == identity.address_hash(" 192.0.2.7", NOON + 1000)
    assert today != identity.address_hash("192.0.2.8", NOON)
    assert today != identity.address_hash("192.0.2.7", NOON + DAY)
    assert today != Identity(b"another secret altogether").address_hash("192.0.2.7", NOON)
    assert "192" not in today


def test_an_ipv6_household_is_one_address() -> None:
    identity = Identity(SECRET)
    first = identity.address_hash("2001:db8:1:2::1", NOON)
    assert first == identity.address_hash("2001:db8:1:2:ffff:1:2:3", NOON)
    assert first != identity.address_hash("2001:db8:1:3::1", NOON)
    mapped = identity.address_hash("::ffff:192.0.2.7", NOON)
    assert mapped == identity.address_hash("192.0.2.7", NOON)


@pytest.mark.parametrize("odd", [None, "", "unknown", "x" * 10_000, "\ud800", "192.0.2.7:80"])
def test_an_odd_address_is_hashed_like_any_text(odd: str | None) -> None:
    assert len(Identity(SECRET).address_hash(odd, NOON)) == 32


def test_a_pseudonym_is_stable_and_not_the_id() -> None:
    identity = Identity(SECRET)
    participant = identity.participant(identity.new_token())
    assert identity.pseudonym(participant) == Identity(SECRET).pseudonym(participant)
    assert participant[:8] not in identity.pseudonym(participant)

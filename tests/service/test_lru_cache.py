from colorizer.service.lru_cache import Recent


def test_the_least_recently_used_leave_first() -> None:
    recent: Recent[str, bytes] = Recent(10, len)
    recent.put("a", b"1234")
    recent.put("b", b"1234")
    assert recent.get("a") == b"1234"
    recent.put("c", b"1234")
    assert recent.get("b") is None
    assert recent.get("a") is not None
    assert recent.get("c") is not None


def test_the_newest_stays_however_large() -> None:
    recent: Recent[str, bytes] = Recent(2, len)
    recent.put("a", b"12345")
    assert recent.get("a") == b"12345"


def test_a_key_put_twice_counts_once() -> None:
    recent: Recent[str, bytes] = Recent(10, len)
    recent.put("a", b"123456")
    recent.put("a", b"12345678")
    assert recent.get("a") == b"12345678"

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, RepositoryNotFoundError

from colorizer.study import Mirror, Store
from colorizer.study.export import from_line, to_line
from tests.support.hub_state import TOKEN, Files, Hub
from tests.support.loopback_hub import serve_hub
from tests.support.study_support import make_ballot, make_preference, make_thumb

pytest_plugins = ["tests.support.study_fixtures"]


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serve_hub() as hub:
        yield hub


def make_mirror(
    store: Store, hub: Hub, folder: Path, *, token: str = TOKEN, retry_seconds: float = 0.05
) -> Mirror:
    return Mirror(
        store,
        "owner/votes",
        folder,
        every_minutes=60,
        retry_seconds=retry_seconds,
        token=token,
        endpoint=hub.endpoint,
    )


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def files_of(hub: Hub) -> Files:
    repository = hub.repositories.get("owner/votes")
    return repository.files if repository else {}


def saved_votes(hub: Hub) -> list[str]:
    """Ids of all votes in all segments on the Hub."""
    segments = [data for path, data in files_of(hub).items() if path.endswith(".jsonl")]
    return [from_line(line).id for data in segments for line in data.decode().splitlines()]


def ids(store: Store) -> set[str]:
    return {ballot.trial.id for ballot in store.ballots()}


def started(mirror: Mirror) -> Mirror:
    mirror.start()
    wait_for(lambda: mirror.status.last_saved is not None)
    return mirror


def test_votes_reach_the_hub_and_come_back_after_the_disk_is_lost(hub: Hub, tmp_path: Path) -> None:
    first = Store(f"sqlite:///{tmp_path}/first.db")
    mirror = started(make_mirror(first, hub, tmp_path / "first"))
    first.add_ballots([make_ballot(f"p{n}") for n in range(5)])
    mirror.push()
    first.add_ballots([make_ballot(f"q{n}") for n in range(3)])
    mirror.close()
    assert hub.repositories["owner/votes"].private
    assert sorted(saved_votes(hub)) == sorted(ids(first))

    second = Store(f"sqlite:///{tmp_path}/second.db")
    again = make_mirror(second, hub, tmp_path / "second")
    assert again.restore() == 8
    assert again.restore() == 0
    assert second.ballots() == first.ballots()
    first.close()
    second.close()


def test_preferences_and_thumbs_are_copied_too(hub: Hub, tmp_path: Path) -> None:
    first = Store(f"sqlite:///{tmp_path}/first.db")
    mirror = started(make_mirror(first, hub, tmp_path / "first"))
    votes = [make_ballot("p"), make_preference("p"), make_preference("q"), make_thumb()]
    assert first.add_records(votes) == 4
    mirror.close()
    second = Store(f"sqlite:///{tmp_path}/second.db")
    again = make_mirror(second, hub, tmp_path / "second")
    assert again.restore() == 4
    assert again.restore() == 0
    assert second.records() == first.records()
    first.close()
    second.close()


def test_a_new_process_appends_a_segment_and_changes_none(hub: Hub, tmp_path: Path) -> None:
    for number in range(3):
        store = Store(f"sqlite:///{tmp_path}/{number}.db")
        before = files_of(hub)
        mirror = started(make_mirror(store, hub, tmp_path / str(number)))
        store.add_ballots([make_ballot(f"p{number}")])
        mirror.close()
        after = files_of(hub)
        assert {path: after[path] for path in before} == before
        assert len(store.ballots()) == number + 1
        store.close()
    assert len(saved_votes(hub)) == len(set(saved_votes(hub))) == 3
    assert len([path for path in files_of(hub) if path.startswith("votes/")]) == 3


def test_two_processes_with_one_store_add_nothing_twice_to_it(
    hub: Hub, sqlite_store: Store, tmp_path: Path
) -> None:
    mirrors = [started(make_mirror(sqlite_store, hub, tmp_path / name)) for name in "ab"]
    sqlite_store.add_ballots([make_ballot("p"), make_ballot("q")])
    for mirror in mirrors:
        mirror.close()
    assert set(saved_votes(hub)) == ids(sqlite_store)
    assert make_mirror(sqlite_store, hub, tmp_path / "c").restore() == 0


def test_nothing_is_sent_until_the_restore_has_worked(
    hub: Hub, sqlite_store: Store, tmp_path: Path
) -> None:
    old = make_ballot("old")
    hub.add("owner/votes", {"votes/old.jsonl": f"{to_line(old)}\n".encode()}, kind="dataset")
    hub.refusing = True
    sqlite_store.add_ballots([make_ballot("new")])
    mirror = make_mirror(sqlite_store, hub, tmp_path / "mirror")
    mirror.start()
    wait_for(lambda: mirror.status.failing)
    wait_for(lambda: len(hub.requests) > 3)
    mirror.push()
    assert {request for request in hub.requests if "POST" in request} == {"POST /api/repos/create"}
    assert "not been saved off this machine" in str(mirror.status.message)
    hub.refusing = False
    wait_for(lambda: mirror.status.last_saved is not None)
    assert len(ids(sqlite_store)) == 2
    assert set(saved_votes(hub)) == ids(sqlite_store)
    assert files_of(hub)["votes/old.jsonl"] == f"{to_line(old)}\n".encode()
    mirror.close()


def test_a_missing_repository_is_no_empty_one_for_the_restore(
    hub: Hub, sqlite_store: Store, tmp_path: Path
) -> None:
    with pytest.raises(RepositoryNotFoundError):
        make_mirror(sqlite_store, hub, tmp_path / "mirror").restore()


def test_a_hub_that_is_away_is_not_an_empty_hub(sqlite_store: Store, tmp_path: Path) -> None:
    away = Hub(endpoint="http://127.0.0.1:9")
    with pytest.raises(LocalEntryNotFoundError):
        make_mirror(sqlite_store, away, tmp_path / "mirror").restore()


def test_a_wrong_token_saves_nothing_and_says_so(
    hub: Hub, sqlite_store: Store, tmp_path: Path
) -> None:
    mirror = make_mirror(sqlite_store, hub, tmp_path / "mirror", token="hf_wrong")
    mirror.start()
    wait_for(lambda: mirror.status.failing)
    assert not hub.repositories
    assert "refuses" in str(mirror.status.message)
    mirror.close()


def test_a_failed_push_is_repeated_with_everything(
    hub: Hub, sqlite_store: Store, tmp_path: Path
) -> None:
    mirror = started(make_mirror(sqlite_store, hub, tmp_path / "mirror"))
    hub.refusing = True
    sqlite_store.add_ballots([make_ballot("p")])
    with pytest.raises(HfHubHTTPError):
        mirror.push()
    assert mirror.status.failing
    assert "Newer ones could not be saved" in str(mirror.status.message)
    hub.refusing = False
    sqlite_store.add_ballots([make_ballot("q")])
    mirror.push()
    assert set(saved_votes(hub)) == ids(sqlite_store)
    assert not mirror.status.failing
    assert "last saved to owner/votes" in str(mirror.status.message)
    mirror.close()


def test_what_an_earlier_process_left_is_sent(
    hub: Hub, sqlite_store: Store, tmp_path: Path
) -> None:
    left = make_ballot("p")
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "left.jsonl").write_text(f"{to_line(left)}\n")
    mirror = started(make_mirror(sqlite_store, hub, tmp_path / "mirror"))
    mirror.close()
    assert saved_votes(hub) == [left.trial.id]


def test_a_torn_line_costs_only_itself(hub: Hub, sqlite_store: Store, tmp_path: Path) -> None:
    whole, torn = make_ballot("p"), make_ballot("q")
    text = f"{to_line(whole)}\n{to_line(torn)[:60]}"
    hub.add("owner/votes", {"votes/torn.jsonl": text.encode()}, kind="dataset")
    assert make_mirror(sqlite_store, hub, tmp_path / "mirror").restore() == 1
    assert ids(sqlite_store) == {whole.trial.id}


def test_segments_stay_small(
    hub: Hub, sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("colorizer.study.mirror._SEGMENT_BYTES", 100)
    mirror = make_mirror(sqlite_store, hub, tmp_path / "mirror")
    for name in "abc":
        sqlite_store.add_ballots([make_ballot(name)])
        mirror.export()
        mirror.export()
    assert len(list((tmp_path / "mirror").glob("*.jsonl"))) == 3


def test_votes_that_commit_late_or_after_the_clock_was_set_back_are_exported(
    hub: Hub, sqlite_store: Store, tmp_path: Path
) -> None:
    mirror = make_mirror(sqlite_store, hub, tmp_path / "mirror")
    base, day = make_ballot("p").vote.cast_ms, 86_400_000
    sqlite_store.add_ballots([make_ballot("p", cast_ms=base)])
    mirror.export()
    sqlite_store.add_ballots([make_ballot("q", cast_ms=base - day)])
    mirror.export()
    (segment,) = (tmp_path / "mirror").glob("*.jsonl")
    assert len(segment.read_text().splitlines()) == 2

"""Pushing to a Hub over real HTTP, and reading back what was pushed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from huggingface_hub import HfApi, ModelCard

from colorizer.model.checkpoint import (
    CARD_FILE,
    MAX_WEIGHT_BYTES,
    download_checkpoint,
    load_checkpoint,
)
from colorizer.model.checkpoint_identity import METRICS_FILE, PALETTE_FILE, WEIGHTS_FILE
from colorizer.model.hub import HubRepository
from tests.support.hub_state import TOKEN, Hub
from tests.support.loopback_hub import serve_hub
from tests.train.test_model_card import write_metrics
from train import push as pushing
from train.push import Files, PushError, files_of, main, push

NAME = "owner/tiny"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(pushing, "_PAUSE_SECONDS", 0.0)
    with serve_hub() as hub:
        yield hub


@pytest.fixture
def api(hub: Hub) -> HfApi:
    return HfApi(endpoint=hub.endpoint, token=TOKEN)


@pytest.fixture(scope="module")
def folder(classification_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("push") / "copy"
    shutil.copytree(classification_folder, copy)
    write_metrics(copy)
    return copy


@pytest.fixture(scope="module")
def files(folder: Path) -> Files:
    return files_of(folder, NAME)


def test_a_pushed_checkpoint_comes_back_the_same(
    hub: Hub, api: HfApi, files: Files, folder: Path, tmp_path: Path
) -> None:
    commit = push(files, NAME, api=api)
    assert len(hub.repositories[NAME].commits) == 2  # the empty one and ours
    assert commit.oid == hub.repositories[NAME].refs["main"]
    repository = HubRepository(NAME, endpoint=hub.endpoint, cache=tmp_path)
    back, here = (
        load_checkpoint(download_checkpoint(repository, max_weight_bytes=MAX_WEIGHT_BYTES)),
        load_checkpoint(folder),
    )
    assert back.revision == here.revision
    assert back.metrics == here.metrics


def test_the_card_on_the_hub_tells_how_to_load_it_and_what_was_measured(
    hub: Hub, api: HfApi, files: Files
) -> None:
    push(files, NAME, api=api)
    card = ModelCard(hub.repositories[NAME].files[CARD_FILE].decode())
    assert f'Colorizer.from_pretrained("{NAME}")' in card.content
    assert card.data.eval_results[0].metric_value == 2.25
    assert yaml.safe_load(card.data.to_yaml())["library_name"] == "colorizer"
    assert hub.repositories[NAME].files["examples.jpg"].startswith(b"\xff\xd8")


def test_nothing_changed_means_no_new_commit(hub: Hub, api: HfApi, files: Files) -> None:
    first = push(files, NAME, api=api)
    hub.requests.clear()
    assert push(files, NAME, api=api).oid == first.oid
    assert not [r for r in hub.requests if r.startswith("PUT") or "/commit/" in r]


def test_only_what_changed_is_sent(hub: Hub, api: HfApi, files: Files) -> None:
    first = push(files, NAME, api=api)
    hub.requests.clear()
    second = push({**files, "notes.txt": b"more"}, NAME, api=api)
    assert second.oid != first.oid
    assert not [r for r in hub.requests if r.startswith("PUT")]


def test_a_branch_is_made_and_main_stays(hub: Hub, api: HfApi, files: Files) -> None:
    push(files, NAME, api=api)
    before = hub.repositories[NAME].refs["main"]
    for extra in (b"1", b"2"):
        push({**files, "notes.txt": extra}, NAME, api=api, branch="trial")
    repository = hub.repositories[NAME]
    assert repository.refs["main"] == before
    assert repository.commits[repository.refs["trial"]]["notes.txt"] == b"2"


def test_a_tag_made_later_is_a_revision(hub: Hub, api: HfApi, files: Files, tmp_path: Path) -> None:
    push(files, NAME, api=api)
    api.create_tag(NAME, tag="v1")
    tagged = hub.repositories[NAME].refs["v1"]
    push({**files, "notes.txt": b"more"}, NAME, api=api)
    repository = HubRepository(NAME, "v1", endpoint=hub.endpoint, cache=tmp_path)
    assert download_checkpoint(repository, max_weight_bytes=MAX_WEIGHT_BYTES).name == tagged


def test_private_stays_private(hub: Hub, api: HfApi, files: Files) -> None:
    push(files, NAME, api=api, private=True)
    assert hub.repositories[NAME].private
    hub.add("owner/open", {})
    with pytest.raises(PushError, match="is public"):
        push(files, "owner/open", api=api, private=True)
    assert not hub.repositories["owner/open"].files


def test_another_checkpoints_palette_does_not_stay_behind(
    hub: Hub, api: HfApi, files: Files
) -> None:
    push(files, NAME, api=api)
    less = {k: v for k, v in files.items() if k not in (PALETTE_FILE, METRICS_FILE)}
    push({**less, "notes.txt": b"regression"}, NAME, api=api)
    assert not {PALETTE_FILE, METRICS_FILE} & hub.repositories[NAME].files.keys()


PASSING = {
    "a conflict": ("/commit/", 412),
    "a server error at the start": ("/repos/create", 503),
    "a server error at the commit": ("/commit/", 500),
    "a server error at an upload": ("PUT /lfs/", 503),
    "too many requests": ("/preupload/", 429),
}


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_tried_again(hub: Hub, api: HfApi, files: Files, name: str) -> None:
    request, status = PASSING[name]
    hub.fail(request, status=status)
    commit = push(files, NAME, api=api)
    assert hub.repositories[NAME].commits[commit.oid].keys() >= files.keys()


def test_a_connection_that_breaks_is_tried_again(hub: Hub, api: HfApi, files: Files) -> None:
    hub.fail("/repos/create", drop=True)
    hub.fail("/commit/", drop=True)
    assert push(files, NAME, api=api).oid == hub.repositories[NAME].refs["main"]


LASTING = {
    "conflict": ("/commit/", 412, "keeps pushing"),
    "forbidden": ("/commit/", 403, "does not let you write"),
    "full": ("/commit/", 507, "answers 507"),
    "bad": ("/preupload/", 400, "answers 400"),
}


@pytest.mark.parametrize("name", LASTING)
def test_what_stays_is_a_sentence(hub: Hub, api: HfApi, files: Files, name: str) -> None:
    request, status, sentence = LASTING[name]
    hub.fail(request, status=status, times=99)
    with pytest.raises(PushError, match=sentence):
        push(files, NAME, api=api)


def test_a_wrong_token_a_wrong_name_and_no_hub_are_sentences(hub: Hub, files: Files) -> None:
    wrong = HfApi(endpoint=hub.endpoint, token="hf_wrong")
    with pytest.raises(PushError, match="does not let you write to 'owner/tiny'"):
        push(files, NAME, api=wrong)
    assert not hub.repositories
    with pytest.raises(PushError, match="cannot be a name"):
        push(files, "own er/tiny", api=wrong)
    away = HfApi(endpoint="http://127.0.0.1:9", token=TOKEN)
    with pytest.raises(PushError, match="cannot be reached"):
        push(files, NAME, api=away)


def test_a_refused_card_is_a_sentence(hub: Hub, api: HfApi, files: Files) -> None:
    with pytest.raises(PushError, match="did not take"):
        push({**files, CARD_FILE: b"no front matter"}, NAME, api=api)


def test_the_command_prints_the_address_and_the_commit(
    hub: Hub, api: HfApi, folder: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(pushing, "HfApi", lambda: api)
    main([str(folder), NAME, "--private", "--revision", "trial"])
    address, commit = capsys.readouterr().out.split("\n")[:2]
    assert address == f"{hub.endpoint}/{NAME}"
    assert commit == f"commit {hub.repositories[NAME].refs['trial']}"


def test_the_command_refuses_what_is_not_ready(
    hub: Hub, classification_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match="measured on these weights"):
        main([str(classification_folder), NAME])
    with pytest.raises(SystemExit, match="no checkpoint folder 'nowhere'"):
        main(["nowhere", NAME])
    broken = shutil.copytree(classification_folder, tmp_path / "broken")
    (broken / WEIGHTS_FILE).write_bytes(b"x")
    with pytest.raises(SystemExit, match="damaged or incomplete"):
        main([str(broken), NAME])
    assert not hub.requests

import csv
import io
import json
from dataclasses import replace

import pytest

from colorizer.study.export import (
    CSV_COLUMNS,
    from_line,
    preferences_csv,
    thumbs_csv,
    to_csv,
    to_line,
)
from colorizer.study.trials import Record
from tests.support.study_support import make_ballot, make_preference, make_thumb


def test_a_ballot_survives_its_line() -> None:
    ballot = make_ballot("p", fooled=True, exposure_seconds=1.5, response_ms=None)
    line = to_line(ballot)
    assert "\n" not in line
    assert from_line(line) == ballot


@pytest.mark.parametrize("record", [make_preference("p"), make_thumb()])
def test_other_votes_survive_their_line(record: Record) -> None:
    line = to_line(record)
    assert from_line(line) == record
    for damaged in (line.replace('"left"', '"x"').replace('"up"', '"x"'), line.replace("_ms", "")):
        with pytest.raises(ValueError, match="not a ballot"):
            from_line(damaged)


def test_tables_of_other_votes_lead_to_nobody() -> None:
    vote = make_preference("a-secret-participant-id")
    (row,) = csv.DictReader(io.StringIO(preferences_csv([vote], pseudonym=lambda _: "nobody")))
    assert (row["participant"], row["choice"], row["date"]) == ("nobody", "left", "2025-10-09")
    assert not {vote.id, vote.participant_id, str(vote.cast_ms)} & set(row.values())
    (thumb,) = csv.DictReader(io.StringIO(thumbs_csv([make_thumb()])))
    assert (thumb["model"], thumb["vividness"], thumb["thumb"]) == ("regression", "1.5", "up")


def damaged_lines() -> list[str]:
    line = to_line(make_ballot("p"))
    whole = json.loads(line)
    return [
        "",
        "null",
        "[]",
        line[: len(line) // 2],
        json.dumps(whole | {"vote": {}}),
        json.dumps(whole | {"trial": whole["trial"] | {"kind": "other"}}),
        json.dumps(whole | {"trial": whole["trial"] | {"id": "other"}}),
        json.dumps(whole | {"vote": whole["vote"] | {"choice": "middle"}}),
        json.dumps(whole | {"vote": whole["vote"] | {"more": 1}}),
    ]


@pytest.mark.parametrize("line", damaged_lines())
def test_what_is_not_a_ballot_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"ballot|JSON|Expecting|Unterminated|delimiter"):
        from_line(line)


def test_the_table_has_every_vote_and_what_excludes_it() -> None:
    ballots = [
        make_ballot("careful", fooled=True),
        make_ballot("careful", kind="practice"),
        make_ballot("careful", kind="catch"),
        make_ballot("careless"),
        make_ballot("careless", kind="catch", fooled=True),
        make_ballot("careless", kind="catch", fooled=True),
    ]
    table = to_csv(ballots, pseudonym=lambda participant: f"<{len(participant)}>")
    rows = list(csv.DictReader(io.StringIO(table)))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [row["counted"] for row in rows] == [
        "yes",
        "no: practice",
        "no: catch",
        "failed catch trials",
        "no: catch",
        "no: catch",
    ]
    assert [row["fooled"] for row in rows] == ["1", "0", "0", "0", "1", "1"]


def test_the_table_leads_to_nobody() -> None:
    ballot = make_ballot("a-secret-participant-id")
    table = to_csv([ballot], pseudonym=lambda _: "nobody")
    for secret in (
        "a-secret",
        ballot.trial.id,
        str(ballot.vote.cast_ms),
        str(ballot.trial.issued_ms),
    ):
        assert secret not in table
    assert "2025-10-09" in table


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t"])
def test_no_cell_is_a_formula(begin: str) -> None:
    ballot = make_ballot("somebody")
    photo = replace(ballot.trial.photo, subject=f"{begin}cmd|'/c calc'!A1")
    named = replace(ballot, trial=replace(ballot.trial, photo=photo))
    table = to_csv([named], pseudonym=lambda _: "nobody")
    (row,) = csv.DictReader(io.StringIO(table, newline=""))
    assert row["subject"] == f"'{begin}cmd|'/c calc'!A1"
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t"))]

"""An evaluation as metrics.json and as Markdown, which is written from that JSON alone."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from train.evaluation.consistency import Consistency
from train.evaluation.row_scores import METRICS, Estimate
from train.evaluation.targets import Outcome

CONSISTENCY_TARGET = 6.0
"""ab units between the two versions of a photo that differ most."""

_ONCE = "colorfulness_real"  # the same in every row: stands in the text
_SUBJECT_METRICS = ("ab_rmse", "psnr", "colorfulness_difference", "auc", "auc_rebalanced")

Json = dict[str, Any]
Summary = Mapping[str, Mapping[str, Estimate | None]]


def summary_as_json(summary: Summary) -> Json:
    """Row → metric → {"value", "low", "high"}; metrics without a value are left out."""
    return {
        row: {key: _numbers(estimate) for key, estimate in metrics.items() if estimate is not None}
        for row, metrics in summary.items()
    }


def outcomes_as_json(outcomes: Sequence[Outcome]) -> list[Json]:
    """[{"target", "value", "low", "high", "met"}]."""
    return [{"target": o.target, **_numbers(o.reached), "met": o.met} for o in outcomes]


def consistency_as_json(consistency: Consistency) -> Json:
    """The fields of `Consistency`, the target and whether it is met."""
    return {
        **{k: _rounded(v) if isinstance(v, float) else v for k, v in asdict(consistency).items()},
        "target": CONSISTENCY_TARGET,
        "met": consistency.worst_pair <= CONSISTENCY_TARGET,
    }


def write_json(file: Path, content: Json) -> None:
    """Indented UTF-8; raises ValueError for NaN and infinity, which JSON does not have."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    file.write_text(text + "\n", encoding="utf-8")


def part_of(content: Json, rows: Sequence[str], label: str) -> Json:
    """What belongs into one checkpoint's folder: the named rows and what `label` reached."""
    protocol = content["protocol"]
    return {
        "protocol": {**protocol, "checkpoints": {label: protocol["checkpoints"][label]}},
        "rows": {row: content["rows"][row] for row in rows},
        "subjects": {
            name: {**subject, "rows": {row: subject["rows"][row] for row in rows}}
            for name, subject in content["subjects"].items()
        },
        "targets": {k: v for k, v in content["targets"].items() if k == label},
        "consistency": {k: v for k, v in content["consistency"].items() if k == label},
    }


def overall_table(content: Mapping[str, Any]) -> str:
    """The Markdown table of all rows over all photos, with intervals in small print."""
    rows: Json = content["rows"]
    keys = [key for key in METRICS if key != _ONCE]
    lines = [
        [row, *(cell(key, metrics.get(key), interval=True) for key in keys)]
        for row, metrics in rows.items()
    ]
    better = ["better:", *(METRICS[key].better for key in keys)]
    real = next(iter(rows.values()))[_ONCE]["value"]
    heading = ["", *(METRICS[key].heading for key in keys)]
    return f"{table(heading, [*lines, better])}\n\nColorfulness of the real photos: {real:.1f}."


def as_markdown(content: Json) -> str:
    """Tables of everything in a metrics.json: all photos, targets, consistency, by subject."""
    heading = f"## All {content['protocol']['photos']} photos"
    parts = [heading, overall_table(content), _protocol(content["protocol"])]
    parts += [_targets(label, found) for label, found in content["targets"].items() if found]
    parts += [_consistency(label, found) for label, found in content["consistency"].items()]
    if content["subjects"]:
        parts.append(_by_subject(content["subjects"]))
    return "\n\n".join(parts) + "\n"


def _protocol(protocol: Json) -> str:
    lines = [f"- {_phrase(key)}: {_inline(value)}" for key, value in protocol.items()]
    return "How it was measured:\n\n" + "\n".join(lines)


def _targets(label: str, found: Sequence[Json]) -> str:
    lines = [
        [o["target"], f"{o['value']:.4g}", _ends(o, "{:.4g}"), "met" if o["met"] else "missed"]
        for o in found
    ]
    return f"## Targets: {label}\n\n" + table(["target", "reached", "95 % interval", ""], lines)


def _consistency(label: str, found: Json) -> str:
    return (
        f"## The same photo at four sizes and two aspect ratios: {label}\n\n"
        f"Mean ab difference over {found['photos']} photos: {found['mean_pair']:.2f} between two "
        f"versions on average, {found['worst_pair']:.2f} between the two that differ most "
        f"({found['worst_pair_versions']}); target ≤ {found['target']:g}, "
        f"{'met' if found['met'] else 'missed'}."
    )


def _by_subject(subjects: Json) -> str:
    lines = [
        [name, str(subject["photos"]), row, *(cell(k, metrics.get(k)) for k in _SUBJECT_METRICS)]
        for name, subject in subjects.items()
        for row, metrics in subject["rows"].items()
    ]
    heading = ["subject", "photos", "", *(METRICS[key].heading for key in _SUBJECT_METRICS)]
    return "## By subject\n\n" + table(heading, lines)


def cell(key: str, numbers: Json | None, *, interval: bool = False) -> str:
    """One metric for a table, rounded as its readers need it, with its interval in small print."""
    if numbers is None:
        return ""
    shown = f"{{:.{METRICS[key].decimals}f}}"
    value = shown.format(numbers["value"])
    ends = _ends(numbers, shown)
    return f"{value}<br><sub>{ends}</sub>" if interval and ends else value


def _ends(numbers: Json, shown: str) -> str:
    if "low" not in numbers:
        return ""
    return f"{shown.format(numbers['low'])} … {shown.format(numbers['high'])}"


def table(heading: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    rule = ["---"] * len(heading)
    return "\n".join("| " + " | ".join(line) + " |" for line in [heading, rule, *lines])


def _phrase(key: str) -> str:
    return key.replace("_", " ")


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{_phrase(k)} {_inline(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_inline(v) for v in value)
    return str(value)


def _numbers(estimate: Estimate) -> Json:
    return {k: _rounded(v) for k, v in asdict(estimate).items() if v is not None}


def _rounded(value: float) -> float:
    """Six significant digits: more would suggest a precision that no interval supports."""
    return float(f"{value:.6g}")

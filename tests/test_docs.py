"""README stays true: its file tree, its commands, its settings table and its links."""

import re
import shlex
from pathlib import Path

import pytest

from colorizer.cli import build_parser
from colorizer.settings import describe

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", README, flags=re.S)


def commands() -> list[str]:
    lines = [line for block in blocks("sh") for line in block.replace("\\\n", " ").splitlines()]
    return [line.split("#")[0].strip() for line in lines if line.strip()]


def test_every_file_of_the_tree_exists_and_no_package_is_missing() -> None:
    (tree,) = [block for block in blocks("text") if "app.py" in block]
    paths, folder = set(), ""
    for line in tree.splitlines():
        indent, name = len(line) - len(line.lstrip()), line.split()[0] if line.split() else ""
        folder = "" if indent == 0 else folder
        for each in name.split(","):
            paths.add((folder + each).rstrip("/"))
        if indent == 0 and name.endswith("/"):
            folder = name
    for path in paths - {""}:
        assert (ROOT / path).exists(), path
    packages = {f"colorizer/{p.name}" for p in (ROOT / "colorizer").glob("*.py")}
    packages |= {f"colorizer/{p.parent.name}" for p in (ROOT / "colorizer").glob("*/__init__.py")}
    packages |= {f"train/{p.name}" for p in (ROOT / "train").glob("*.py")}
    missing = packages - paths - {"colorizer/__init__.py", "train/__init__.py"}
    assert not missing


@pytest.mark.parametrize("line", [c for c in commands() if c.startswith("python -m colorizer")])
def test_command_lines_are_accepted(line: str) -> None:
    build_parser().parse_args(shlex.split(line)[3:])


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = {target for line in commands() for target in re.findall(r"^make (\w+)", line)}
    assert named
    for target in named:
        assert re.search(rf"^{target}:", makefile, flags=re.M), target


def test_the_settings_table_is_the_one_in_the_code() -> None:
    assert describe() in README


def test_links_and_pictures_point_to_files() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target

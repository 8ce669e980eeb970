"""README and docs stay true: the file tree, the commands, the settings and the links."""

import re
import shlex
from pathlib import Path

import pytest

from colorizer.archive import __main__ as archive
from colorizer.cli import build_parser
from colorizer.settings import describe

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "train" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(kind: str, text: str = README) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", text, flags=re.S)


def commands() -> list[str]:
    shells = [block for page in PAGES for block in blocks("sh", page.read_text())]
    lines = [line for block in shells for line in block.replace("\\\n", " ").splitlines()]
    return [re.split(r"(?:^|\s{2,})#", line)[0].strip() for line in lines if line.strip()]


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
    assert packages - {"colorizer/__init__.py"} <= paths


def test_the_page_about_training_names_every_file() -> None:
    page = (ROOT / "train" / "README.md").read_text()
    files = {p.name for p in (ROOT / "train").glob("*.py")} - {"__init__.py"}
    assert {name for name in files if f"`{name}`" not in page and name not in page} == set()


def test_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("line", [c for c in commands() if c.startswith("python -m colorizer")])
def test_command_lines_are_accepted(line: str) -> None:
    module, *arguments = shlex.split(line)[2:]
    parser = archive.build_parser() if module == "colorizer.archive" else build_parser()
    parser.parse_args(arguments)


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = {target for line in commands() for target in re.findall(r"^make (\w+)", line)}
    assert named
    for target in named:
        assert re.search(rf"^{target}:", makefile, flags=re.M), target


def test_the_settings_table_is_the_one_in_the_code() -> None:
    assert describe() in (ROOT / "docs" / "settings.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_point_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_readme_leads_to_every_page(page: Path) -> None:
    assert f"docs/{page.name}" in README

"""Programs run as where PyTorch is not installed."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.source_tree import ROOT

WITHOUT_TORCH = Path(__file__).parent / "without_torch"
"""On PYTHONPATH it hides PyTorch, and what else only training needs."""


def light_environment(**others: str) -> dict[str, str]:
    """This environment without PyTorch; the project can be imported from anywhere."""
    path = os.pathsep.join([str(WITHOUT_TORCH), str(ROOT)])
    return {**os.environ, "PYTHONPATH": path, **others}


def light_python(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """`python` with these arguments; its output is kept, and its exit status not judged."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd, env=light_environment(), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip

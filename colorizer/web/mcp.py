"""The named endpoints as tools for agents, over Gradio's MCP server at /gradio_api/mcp/.

A tool's call goes through the queue as an event of the page does, and counts against the address
that it came from (`callers`).
"""

import logging
from importlib import metadata

from colorizer.settings import Settings
from colorizer.web import gradio_internals
from colorizer.web.temporary_files import temporary_folder

logger = logging.getLogger(__name__)


def offers_mcp(settings: Settings) -> bool:
    """Whether to launch with the MCP server: it is asked for, and its package is there."""
    if not settings.mcp:
        return False
    if not _installed():
        logger.warning(
            "COLORIZER_MCP is set, but the package mcp, version 1, is not installed: "
            "pip install 'gradio[mcp]'. The page starts without it."
        )
        return False
    # Photos inside of a call; chosen when Gradio is imported, before there is a folder to sweep.
    gradio_internals.put_files_of_mcp_calls(temporary_folder())
    return True


def _installed() -> bool:
    try:
        return metadata.version("mcp").startswith("1.")
    except metadata.PackageNotFoundError:
        return False

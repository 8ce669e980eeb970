"""The web page: Gradio Blocks over the library. Nothing else in the package imports gradio."""

from colorizer.web.app import build_app, launch_options, open_service
from colorizer.web.study.host import host_study
from colorizer.web.temporary_files import discard_temporary_files

__all__ = ["build_app", "discard_temporary_files", "host_study", "launch_options", "open_service"]

"""The web page: Gradio Blocks over the library. Nothing else in the package imports gradio."""

from colorizer.web.blocks import build_app, launch_options, open_darkroom
from colorizer.web.study.host import host_study

__all__ = ["build_app", "host_study", "launch_options", "open_darkroom"]

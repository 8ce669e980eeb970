"""The web page: Gradio Blocks over the library. Nothing else in the package imports gradio."""

from colorizer.web.blocks import build_app, launch_options

__all__ = ["build_app", "launch_options"]

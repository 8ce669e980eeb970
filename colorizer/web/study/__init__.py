"""The tab of the colorization Turing test."""

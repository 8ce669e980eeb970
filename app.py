"""Start the page: `python app.py`, then open the address that it prints.

Needs no network, no account and no secret: two trained models come with the project. Settings are
read from the environment, see README.
"""

import logging

from colorizer.settings import Settings
from colorizer.web import build_app, launch_options

settings = Settings.from_env()
demo = build_app(settings)

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    demo.launch(**launch_options(settings))

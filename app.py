"""Start the page: `python app.py`, then open the address that it prints.

Needs no network, no account and no secret: two trained models come with the project. Settings are
read from the environment, see README.
"""

import logging
import os
import signal
import sys
from contextlib import suppress

from colorizer.service.memory import use_few_heaps
from colorizer.settings import SettingsError, forget_secrets, read_settings
from colorizer.web import (
    build_app,
    discard_temporary_files,
    host_study,
    launch_options,
    open_service,
)

use_few_heaps()
try:
    settings = read_settings()
except SettingsError as error:
    sys.exit(f"These settings cannot work:\n{error}")
forget_secrets()
service = open_service(settings)
host = host_study(settings, service)
demo = build_app(settings, service=service, host=host)

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(SystemExit):  # SIGTERM
        try:
            demo.launch(**launch_options(settings))
        finally:
            host.close()  # sends the last votes to their copy
    discard_temporary_files()
    logging.shutdown()
    os._exit(0)  # Python's own ending aborts when a thread is in the middle of a photo

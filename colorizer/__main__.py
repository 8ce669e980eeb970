"""`python -m colorizer`: see `colorizer.cli`."""

import sys

from colorizer.cli import main

if __name__ == "__main__":
    sys.exit(main())

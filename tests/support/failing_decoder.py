"""A decoder process that fails as a broken library in C might, by the content of the file.

Run in place of `colorizer.photo.isolation`; see the fixture `failing_decoders`.
"""

import json
import os
import sys
import time

import numpy as np

from colorizer.photo import PhotoLimits, decoding, isolation, photo


def fail_by_content(data: bytes, limits: PhotoLimits) -> decoding.DecodedPhoto:
    match data:
        case b"crash":
            os.abort()
        case b"hang":
            time.sleep(600)
        case b"leave":
            os._exit(0)
        case b"hoard":
            hoard = [np.empty(100 << 20, np.uint8) for _ in range(100)]
            raise AssertionError(f"{len(hoard)} times 100 MB were there to be had")
    return decoding.decode(data, limits)


if __name__ == "__main__":
    photo.decode = fail_by_content
    isolation.main(json.loads(sys.argv[1]))

"""The pairs of the Turing test in a browser: where their pictures lie, and how halves are shown.

Pictures lie where Gradio serves files from, under their neutral names and without the hash of their
content that Gradio would put into the address.
"""

import os
from html import escape

from colorizer.study.stimuli import GAP
from colorizer.web.temporary_files import temporary_folder


class StudyPictures:
    """A folder of pictures that are being shown, one file a trial however often it is asked for."""

    def __init__(self) -> None:
        self.folder = temporary_folder() / "study"

    def address(self, data: bytes, file_name: str) -> str:
        """Write a picture unless it is there; where the page finds it, relative to the page.

        file_name: names this content and no other.
        """
        file = self.folder / file_name
        try:
            os.utime(file)  # begins its hour before it is swept anew
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = file.with_name(f"{file_name}.{os.urandom(4).hex()}")
            partial.write_bytes(data)
            partial.replace(file)
        return f"gradio_api/file={file}"


def half_width(width: int) -> int:
    """Pixels that are shown of each picture in a composite of `width` pixels.

    Without the two columns beside the gap: enlarged, they would take on its grey.
    """
    return (width - GAP) // 2 - 2


def pair_html(picture: str, *, ratio: float, stretch: float, real_side: str, real: str) -> str:
    """Both halves of a composite beside each other, with `real` written on the real one.

    ratio: width / height of a half. stretch: width of the composite / width of a half.
    """
    windows = "".join(
        f'<span class="study-window{" real" if side == real_side else ""}" data-side="{side}">'
        f'<img src="{escape(picture)}" alt="">'
        f"{f'<b>{escape(real)}</b>' if side == real_side else ''}</span>"
        for side in ("left", "right")
    )
    style = f"--ratio:{ratio:.4f};--stretch:{stretch:.4f}"
    return f'<span class="study-pair small" style="{style}">{windows}</span>'

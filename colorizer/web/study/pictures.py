"""Pictures of the Turing test on their way to a browser.

They lie where Gradio serves files from, under their neutral names and without the hash of their
content that Gradio would put into the address.
"""

from colorizer.web.temporary_files import temporary_folder


class StudyPictures:
    """A folder of pictures that are being shown."""

    def __init__(self) -> None:
        self.folder = temporary_folder() / "study"

    def address(self, data: bytes, file_name: str) -> str:
        """Write a picture and return where the page finds it, relative to the page."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / file_name
        file.write_bytes(data)
        return f"gradio_api/file={file}"

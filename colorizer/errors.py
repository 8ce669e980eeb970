"""One family of errors: a code, its fields, and what is said of it in English.

Whoever raises one names a code; only this module knows its wording. The page says the same in the
visitor's language by the code (`colorizer.web.i18n`), and a decoder process sends code and fields.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")

Field = str | int | float
"""What stands in place of a `{field}` of a text."""


@dataclass(frozen=True)
class Message:
    """Something to tell people. code: a key of `MESSAGES`. fields: what its text leaves open."""

    code: str
    fields: Mapping[str, Field] = field(default_factory=dict)

    def __str__(self) -> str:
        """In English."""
        return MESSAGES[self.code].format(**self.fields)

    def as_json(self) -> dict[str, Any]:
        """For another process; see `from_json`."""
        return {"code": self.code, "fields": dict(self.fields)}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Raises KeyError for a code that nobody knows."""
        MESSAGES[content["code"]]
        return cls(content["code"], dict(content["fields"]))


class ColorizerError(ValueError):
    """What cannot be done; its text says why and what to do.

    It may be shown to strangers, so it holds no path and no detail of the machine.
    """

    def __init__(self, code: str, **fields: Field) -> None:
        """code: a key of `MESSAGES`; KeyError for another one or for missing fields."""
        self.message = Message(code, fields)
        super().__init__(str(self.message))

    @classmethod
    def of(cls, message: Message) -> Self:
        """The error that a message tells of."""
        return cls(message.code, **message.fields)

    @property
    def code(self) -> str:
        """What went wrong, for programs."""
        return self.message.code

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).of, (self.message,)


class PhotoError(ColorizerError):
    """A photo cannot be read or written."""


class FilmError(ColorizerError):
    """A film cannot be read, coloured or written."""


class CheckpointError(ColorizerError):
    """A checkpoint cannot be had or used."""


class AdjustmentError(ColorizerError):
    """What a person asks of the colours cannot be: a number, a hint, a palette or a reference."""


class StudyError(ColorizerError):
    """The study cannot start, or what a participant asks for cannot be done."""


def attempt(work: Callable[[], T]) -> T | Message:
    """Do what one photo needs: its result, or why there is none.

    Everything that colours photos goes through here, so that whatever fails, from a damaged file
    to a full disk or memory, costs that photo and nothing else. Only what ends the program or a
    visitor's run (KeyboardInterrupt, a cancelled task …) passes.
    """
    try:
        return work()
    except Exception as error:
        return reason_of(error)


def reason_of(error: Exception) -> Message:
    """What to say of a photo that an error cost; what nobody foresaw goes to the log as well."""
    if isinstance(error, ColorizerError):
        return error.message
    # PyTorch says so in words alone: "not enough memory", "can't allocate memory" …
    if isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and "memory" in str(error).lower()
    ):
        return Message("no_memory")
    if isinstance(error, OSError) and error.strerror:
        return Message("system_refused", {"reason": error.strerror})
    logger.error("a photo failed", exc_info=error)
    return Message("failed", {"error": type(error).__name__})


MESSAGES = {
    # Photos
    "gone": "The photo is not there any more: choose it again.",
    "no_memory": "There is not enough memory for this photo at the moment: try again later, or with a smaller one.",
    "no_memory_to_decode": "There is not enough memory for this photo right now: make it smaller or try later.",
    "no_file": "This is not a file but a folder or a device: choose a photo.",
    "unreadable": "The file cannot be opened: check that it is there and that you may read it.",
    "too_precise": "Pictures with 32-bit or floating-point numbers cannot be read: save it with 8 or 16 bits.",
    "rare_tiff": "This TIFF uses a rare compression that is not supported: save it with LZW or Deflate.",
    "needs_codecs": "This TIFF needs more codecs: install colorizer[scans], or save it uncompressed with 8 or 16 bits.",
    "heic_damaged": "This HEIC photo is damaged, incomplete or of a kind that cannot be read: send or export it again, best as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible).",
    "damaged": "The photo is damaged, incomplete or of an unusual kind: download or export it again, best as an ordinary JPEG or PNG.",
    "no_photo": "This is not a photo that can be read: choose one of {accepted}.",
    "heic": "HEIC photos cannot be read without colorizer[heic]: install that, or export the photo as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible) and try again.",
    "rare_jpeg": "This JPEG is lossless, arithmetic-coded or has more than 8 bits, which is not supported: save it as an ordinary JPEG or as PNG.",
    "rare_bmp": "This BMP is compressed in runs of 4 bits, which is not supported: save it as PNG.",
    "large_bmp": "This BMP is too large for its kind of compression: save it as PNG.",
    "other_kind": "This is a {kind}, not a photo: save it as JPEG or PNG first.",
    "slow": "This photo takes too long to decode: save it again as an ordinary JPEG and try that.",
    "crashed": "This file made the decoder fail: save the photo again with another program and try that.",
    "too_many_pixels": "The photo has more than {megapixels:.3g} megapixels or a side of more than {side} pixels: make it smaller and try again.",
    "empty": "The file is empty: choose another photo or save it again.",
    "too_large": "The file is larger than {megabytes:.3g} MB: save the photo smaller or with stronger compression.",
    "narrow": "The picture is too narrow ({width} x {height} pixels): cut out a part that is closer to a square.",
    "too_many_for_its_kind": "The photo has {width} x {height} pixels and the limit for this kind of file is {megapixels:.3g} megapixels: make it smaller or save it as an ordinary JPEG.",
    "no_such_format": "Photos cannot be saved as {format}: choose jpg, png, webp or tif instead.",
    "long_side": "A side of {side} pixels is too long for {format}: save the photo as PNG.",
    "not_saved": "The photo could not be saved ({reason}): choose another folder or free some space.",
    "nothing_to_save": "There is no photo to save.",
    "first_of_several": "The file holds several pictures; only the first one is used.",
    "damaged_profile": "The colour profile does not fit the photo or is damaged; it is read as sRGB.",
    "no_folder": "The folder {folder} cannot be made: {reason}.",
    "not_sent_kind": "This is not a photo: choose a JPEG, PNG, WebP, TIFF, AVIF, GIF or BMP.",
    "not_sent_no_film": "This is not a film: choose an MP4, MOV, MKV or WebM.",
    "not_sent_size": "This file is too large for the page: make it smaller and try again.",
    "not_sent": "It could not be sent: check the connection and try again.",
    "failed": "The program failed on this photo ({error}); the others are not affected.",
    "system_refused": "The system refused this photo ({reason}).",
    "already_there": "A file {file} is already there and does not say that Colorizer made it (results of --no-mark do not): it was left as it is; move it away or use --overwrite.",
    "other_result": "{file} is the result of another photo, or of this one before it was changed: move it away or use --overwrite.",
    "other_settings": "It was coloured with other settings ({settings}).",
    "target_is_source": "The result would replace {file}, which is one of the photos to colour: choose another place.",
    "own_result": "The file says that it is a result of Colorizer: it was not coloured again.",
    "worker_died": "The program ended on this photo {times} times: try it alone, or a smaller one.",
    "stopped": "Not begun when the run was stopped.",
    "had_colours": "The photo already had colours; they were not used.",
    "sixteen_bits": "The photo has 16 bits a channel; the result has 8.",
    "metadata_lost": "Date, caption and keywords of the file could not be read and are not in the result.",
    "metadata_partly_lost": "A part of the file's date, caption and keywords could not be kept.",
    "iptc_not_kept": "A {format} file cannot hold IPTC fields; those that XMP has too are in its XMP, others are left out.",
    "no_card": "There is no graphics card here that can be used: leave out --device.",
    # Films
    "film_needs_extra": 'Films need more packages: install them with `pip install "colorizer[film]"`.',
    "film_unreadable": "This is not a film that can be read, or it is damaged ({reason}): download or export it again, best as MP4 with H.264.",
    "film_no_pictures": "There are no moving pictures in this file that can be read: check that it plays, and export it again, best as MP4 with H.264.",
    "film_too_large": "The film's pictures have {width} x {height} pixels and the limit is {megapixels:.3g} megapixels: make it smaller. On the command line --max-megapixels raises the limit.",
    "film_no_such_format": "Films cannot be saved as {format}: choose mp4, mov, mkv or webm instead.",
    "film_no_such_codec": "A {format} file cannot hold pictures coded as {codec}, or this machine has no encoder for it: choose another --codec, or .mkv, which holds everything.",
    "film_not_saved": "The film could not be saved ({reason}): choose another folder or free some space.",
    "film_stopped": "It was stopped, and nothing is left of it.",
    "film_bad_hints": 'These are no hints for a film: a JSON file is needed with a list "frames", each with time (seconds) or frame (a number) and its hints.',
    "film_hint_beyond": "There are hints for a frame after the film's end.",
    "film_eight_bits": "The film has more than 8 bits a sample; the result has 8.",
    "film_odd_size": "A film of {width} x {height} pixels keeps its odd size only with full colour resolution (4:4:4), which some players cannot show.",
    "film_interlaced": "The film is interlaced: both fields of a frame were coloured as one picture. For the best colours take the lines apart (deinterlace) before.",
    "film_streams_lost": "These streams of the film cannot be kept in such a file: {streams}.",
    "film_gone": "There is no film here any more: drop it again.",
    "film_cut": "Only the first {seconds:g} seconds were coloured; the command line colours whole films.",
    "film_too_much": "This film asks for more time or memory than the page can give: make it shorter or smaller, or colour it on your own computer.",
    "film_crashed": "This file made the decoder fail: export the film again, best as MP4 with H.264.",
    "film_damaged": "{pieces} damaged pieces of the film could not be read and are missing.",
    # Adjustments
    "bad_vividness": "Vividness must be between 0 and {most:g}.",
    "bad_warmth": "Warmth must be between -{most:g} and {most:g}.",
    "bad_temperature": "The temperature must be between 0 and {most:g}.",
    "bad_hint_place": "Hint {number} lies outside the photo: x and y are between 0 (left, top) and 1 (right, bottom).",
    "bad_hint_colour": 'Hint {number} has a colour that cannot be read: write it as #rrggbb, or "neutral".',
    "bad_hint_reach": "Hint {number} has an unknown reach: choose small, normal or large.",
    "bad_hints": 'These are no hints: a JSON file is needed with a list "hints", each with x, y and colour.',
    "too_many_hints": "There are more than {most} hints.",
    "hints_unreadable": "The file of hints cannot be read: check that it is there and not larger than {kilobytes} KiB.",
    "bad_palette": "No palette can be read there: give 1 to {most} colours as #rrggbb, a .gpl or a .css file.",
    "colourless_reference": "The reference photo has hardly any colour: choose one in colour.",
    "bad_strength": "The strength must be between 0 and {most:g}.",
    "bad_variant": "The number of a variant is a whole number between 0 and {most}.",
    "needs_classifier": "The model {model} predicts one colour for each place: palettes, references and variants need the model classification. Hints work with both.",
    # Checkpoints
    "no_such_checkpoint": "There is no checkpoint folder {source!r}; give a folder, an owner/name on the Hugging Face Hub or a bundled name ({known}).",
    "no_checkpoint": "{place} is not a Colorizer checkpoint.",
    "newer_checkpoint": "{place} has checkpoint format {version}, this version reads {ours}; update Colorizer.",
    "bad_config": "The {file} of {place} does not describe a network ({problem}).",
    "network_too_large": "The network of {place} is too large: one photo could take {multiplications:.0f} billion multiplications (at most {max_multiplications:.0f}) and {values:.0f} million values (at most {max_values:.0f}).",
    "needs_extra": 'Colorizer can run the network of {place} only with PyTorch: install it with `pip install "colorizer[{extra}]"`.',
    "foreign_weights": "The weights in {place} do not belong to the network that its {file} describes; download or export the checkpoint again.",
    "weights_not_finite": "The weights in {place} contain NaN or infinity.",
    "palette_incomplete": "The palette of {place} is incomplete ({problem}).",
    "palette_size": "The palette of {place} has {colours} colours, its network {classes}.",
    "palette_colours": "The palette of {place} has colours that cannot be.",
    "no_json": "{file} in {place} is not a JSON object.",
    "file_too_large": "{file} in {place} is larger than {megabytes} MiB.",
    "no_file_in_checkpoint": "{place} has no {file}.",
    "checkpoint_damaged": "{file} in {place} is damaged or incomplete; download it again.",
    "checkpoint_unreadable": "{file} in {place} cannot be read.",
    "model_damaged": "The model in {place} is damaged or incomplete.",
    "model_overflows": "The numbers of the model {model} overflow on this photo.",
    "models_busy": "Another model is being loaded; try again in a minute.",
    "model_changed": "The model {model} was replaced after the study had begun.",
    "bad_revision": "{revision!r} is no branch, tag or commit of a Hub repository.",
    "hub_no_checkpoint": "{repo!r} is no checkpoint of Colorizer: it has no {file}.",
    "hub_file_too_large": "{file} of {repo!r} is larger than the {kilobytes} KiB that a checkpoint of Colorizer may have.",
    "hub_bad_name": "{repo!r} cannot be the name of a model on the Hub, which is owner/name.",
    "hub_unknown": "The Hub has no model {repo!r} that you may read; check its name and, for a private one, your access token.",
    "hub_no_revision": "{repo!r} has no branch, tag or commit {revision!r} on the Hub.",
    "hub_away": "The Hub cannot be reached and {repo!r} is not in the local cache; try again later or use a bundled checkpoint.",
    "hub_not_stored": "{file} of {repo!r} cannot be stored in the local cache: {reason}.",
    "hub_damaged": "{file} of {repo!r} arrived damaged or incomplete; try again.",
    "hub_refuses": "The Hub refuses your access token for {repo!r}; log in again.",
    "hub_answers": "The Hub answers {status} for {repo!r}; try again later.",
    # The study
    "invented": "The photo's colours were invented by a program: it is not real.",
    "small": "The photo is smaller than {side} pixels.",
    "colourless": "The photo has hardly any colour.",
    "no_copy": "Votes are kept on this machine only; no copy is made elsewhere.",
    "copy_failing": "Votes have not been saved off this machine yet: the Hub cannot be reached or refuses them.",
    "copy_begins": "Votes have not been saved off this machine yet: just started.",
    "copied": "Votes were last saved to {repo} at {when} UTC.",
    "copy_behind": "Votes were last saved to {repo} at {when} UTC. Newer ones could not be saved there yet.",
    "pictures_in_the_making": "The pictures of the study are still being made: try again shortly.",
    "session_not_valid": "This session is not valid any more: please start a new one.",
    "session_unknown": "This session is not known any more: please start a new one.",
    "session_unfinished": "Your session is not finished yet: please answer all pairs first.",
    "not_yours": "This pair does not belong to your session: please load the next one.",
    "expired": "This pair was open for too long and does not count: please load the next one.",
    "too_much": "You have looked at a lot of pictures: please come back in an hour.",
    "no_pair": "No new pair could be found: please try again.",
    "no_side": "Please choose the left or the right picture.",
    "no_time": "The response time must be a number of milliseconds.",
    "vote_not_saved": "This could not be saved, so it does not count: please try again in a moment.",
    "votes_not_read": "The study's database does not answer: please try again in a moment.",
    "no_study_photos": "The study has no photos to show.",
    "seen_all": "You have seen every photo of this study. Thank you for taking part.",
    "private_number": "A test needs between 1 and {most} colour photos.",
    "private_busy": "Too many private tests are under way: please try again in a few minutes.",
    "private_over": "This private test is over: please start it again with your photos.",
    "private_not_yours": "This pair does not belong to your test: please load the next one.",
    "private_unfinished": "Your test is not finished yet: please answer all pairs first.",
    "sizes_differ": "A photo and its coloured version differ in size.",
    "no_study_folder": "The study photos {source!r} are neither a folder nor a dataset's name.",
    "study_download": "The study photos {source!r} could not be downloaded: check the name and the network.",
    "database_newer": "The study's database was written by a newer version of this program: please update.",
    "database_closed": "The study's database cannot be opened: check its address and that it runs.",
    "bad_exposure": "The study cannot start: COLORIZER_STUDY_EXPOSURE must be in 0 … 60 seconds.",
    "bad_database": "The study cannot start: COLORIZER_DATABASE_URL is not a database's address.",
    "one_model": "There is only one model here: nothing to compare.",
    "all_compared": "You have compared every photo of this study. Thank you!",
    "results_closed": "The results open when you have played a session to its end, or with the owner's key.",
    "votes_closed": "The votes are the owner's: they open with the key in COLORIZER_STUDY_KEY.",
    "own_photos": "A study needs between {least} and {most} colour photos.",
    "own_models": "A study needs between 1 and {most} models; every strength of the colours makes another.",
    "own_plan": "Choose length, exposure and time of keeping from those that are offered, and a shorter name.",
    "own_full": "There is no room for another study on this machine at the moment: please try again another day.",
    "own_too_many": "{most} studies from your address are kept here already: please delete one, or come back when the time of one is over.",
    "own_gone": "There is no such study any more: its time is over, its owner deleted it, or the link is incomplete.",
    "own_closed": "No studies can be set up on this page.",
    "own_not_owner": "That needs the owner's link of this study.",
    "bad_secret": "The study cannot start: its secret needs at least 16 characters.",
    "no_models": "The study cannot start: no model came with this installation.",
    "study_opening": "The study is being set up, please try again in a moment.",
    "study_broken": "The study cannot start on this machine; the log says why. Colouring works.",
}
"""What is said of each code, in English."""

"""Whatever the bytes are, the answer is a photo or a sentence."""

import random

import numpy as np
import pytest

from colorizer.photo import Photo, PhotoError, encode_photo, open_photo
from tests.support.bad_photos import BAD_PHOTOS
from tests.support.bomb_photos import BOMBS
from tests.support.odd_metadata import ODD_METADATA
from tests.support.odd_photos import ODD_PHOTOS
from tests.support.photo_bytes import encoded, picture
from tests.support.photo_table import BadPhoto, OddPhoto

REFUSED = (*BAD_PHOTOS, *BOMBS)
ACCEPTED = (*ODD_PHOTOS, *ODD_METADATA)

# Mean difference, in levels of 255, that lossy compression and palettes of 64 colours may make.
TOLERANCE = 6.0
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF")

pytestmark = pytest.mark.filterwarnings("ignore")  # Pillow's own remarks on damaged files


def name_of(photo: BadPhoto | OddPhoto) -> str:
    return f"{photo.row}-{photo.make.__name__}"


def is_sentence(text: str) -> bool:
    return text[0].isupper() and text.endswith(".") and len(text) < 200 and "Error" not in text


@pytest.mark.parametrize("bad", REFUSED, ids=name_of)
def test_bad_photo_is_refused_with_a_sentence(bad: BadPhoto) -> None:
    with pytest.raises(PhotoError) as refusal:
        open_photo(bad.make())
    assert bad.says in str(refusal.value)
    assert is_sentence(str(refusal.value))


@pytest.mark.parametrize("odd", ACCEPTED, ids=name_of)
def test_odd_photo_is_accepted_and_looks_right(odd: OddPhoto) -> None:
    data, expected = odd.make()
    photo = open_photo(data)
    assert photo.rgb.shape == expected.shape
    assert np.abs(photo.rgb.astype(float) - expected).mean() <= TOLERANCE
    assert all(is_sentence(str(note)) for note in photo.notes)
    assert any(odd.note in str(note) for note in photo.notes) if odd.note else photo.notes == ()


@pytest.mark.parametrize("format", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("odd", ACCEPTED, ids=name_of)
def test_odd_photo_can_be_saved_at_its_own_size(odd: OddPhoto, format: str) -> None:
    photo = open_photo(odd.make()[0])
    again = open_photo(encode_photo(photo, format))
    assert again.rgb.shape == photo.rgb.shape
    assert again.notes == ()


@pytest.mark.parametrize("format", FORMATS)
def test_a_cut_photo_is_whole_or_refused(format: str) -> None:
    data = encoded(picture(200, 150).quantize(64) if format == "GIF" else picture(200, 150), format)
    whole = open_photo(data)
    refusals = 0
    for cut in np.linspace(1, len(data) - 1, 60).astype(int):
        try:
            photo = open_photo(data[:cut])
        except PhotoError:
            refusals += 1
        else:
            assert np.array_equal(photo.rgb, whole.rgb)
    assert refusals >= 50


def answer(data: bytes) -> Photo | PhotoError:
    """Return the answer to any bytes; every other exception is a failure of the test."""
    try:
        return open_photo(data)
    except PhotoError as refusal:
        return refusal


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Damage a file: flip bits, cut it, repeat or leave out a part, or write big numbers."""
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(max(1, len(damaged)))
        length = chance.choice((1, 2, 4, 16, 200))
        match chance.randrange(6):
            case 0 | 1:
                damaged[at : at + 1] = bytes([chance.randrange(256)])
            case 2:
                del damaged[at:]
            case 3:
                del damaged[at : at + length]
            case 4:
                damaged[at:at] = damaged[at : at + length]
            case 5:
                damaged[at : at + length] = chance.choice((b"\xff", b"\0", b"\x7f")) * length
    return bytes(damaged)


def run_mutations(count: int, seed: int) -> tuple[int, int]:
    """Return how many mutations of valid files were accepted and refused."""
    chance = random.Random(seed)
    seeds = [odd.make()[0] for odd in ACCEPTED]
    answers = [answer(mutated(chance.choice(seeds), chance)) for _ in range(count)]
    refusals = [str(each) for each in answers if isinstance(each, PhotoError)]
    assert all(is_sentence(refusal) for refusal in refusals)
    return count - len(refusals), len(refusals)


def test_mutated_photos_end_in_a_photo_or_a_sentence() -> None:
    accepted, refused = run_mutations(300, seed=1)
    assert min(accepted, refused) > 30


@pytest.mark.reliability
def test_two_thousand_mutations_end_in_a_photo_or_a_sentence() -> None:
    accepted, refused = run_mutations(2_000, seed=2)
    print(f"2 000 mutated files: {accepted} accepted, {refused} refused, 0 other errors")
    assert min(accepted, refused) > 200

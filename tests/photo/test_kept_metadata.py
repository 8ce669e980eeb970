"""What a person wrote about a photo is in the coloured one; the mark is added; the place goes."""

import io
import struct
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from colorizer.photo import Photo, encode_photo, open_photo, read_mark
from colorizer.photo.kept_metadata import read_metadata
from colorizer.photo.metadata import origin_in_xmp
from colorizer.photo.metadata_fields import photoshop_segment
from tests.support.photo_bytes import (
    ASCII,
    EXIF_PREFIX,
    LONG,
    RATIONAL,
    UNDEFINED,
    encoded,
    exif,
    picture,
)

pytestmark = pytest.mark.filterwarnings("ignore")  # Pillow's own remarks on odd metadata

FORMATS = ("jpg", "png", "webp", "tif")
MARK = "Colours invented by Colorizer 0.1.0"
CAPTION = "Großmutter am Fenster"
DATE = "1950:01:02 03:04:05"
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
}
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:secret="http://example.org/secret/" secret:owner="SECRET"
 exif:GPSLatitude="52,31.1N" photoshop:City="Köln"><dc:subject><rdf:Bag><rdf:li>family</rdf:li>
 <rdf:li>window</rdf:li></rdf:Bag></dc:subject><xmp:Thumbnails>SECRET</xmp:Thumbnails>
 <dc:description><rdf:Alt><rdf:li xml:lang="x-default">Grandmother</rdf:li>
 <rdf:li xml:lang="fr">Grand-mère</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF>
</x:xmpmeta>""".encode()
IPTC = b"\x1c\x01\x5a\0\x03\x1b%G" + b"".join(
    struct.pack(">BBBH", 0x1C, 2, number, len(text)) + text
    for number, text in ((120, CAPTION.encode()), (25, b"family"), (25, b"caf\xc3\xa9"))
)


def exif_tags(image: Image.Image) -> tuple[dict[int, object], dict[int, object]]:
    fields = image.getexif()
    return dict(fields), dict(fields.get_ifd(0x8769))


def exif_bytes() -> bytes:
    fields = Image.Exif()
    fields[270] = CAPTION.encode()
    fields[33432] = "Familie Müller".encode()
    fields[0x8769] = {36867: DATE, 37500: b"SECRET maker note", 33434: 0.01}
    fields[0x8825] = {1: "N", 2: (52.0, 31.0, 6.0)}
    return fields.tobytes()


def scan(**options: object) -> bytes:
    given = {"exif": exif_bytes(), "xmp": XMP, "extra": photoshop_segment(IPTC), "dpi": (600, 600)}
    return encoded(picture(), "JPEG", **(given | options))


def coloured(data: bytes, format: str, *, keep_gps: bool = False, mark: str | None = MARK) -> bytes:
    metadata, _ = read_metadata(data, keep_gps=keep_gps)
    return encode_photo(open_photo(data), format, mark=mark, metadata=metadata)


def packet(image: Image.Image) -> ElementTree.Element:
    return ElementTree.fromstring(image.info["xmp"].strip())


def subjects(image: Image.Image) -> list[str | None]:
    words = packet(image).iterfind(".//dc:subject/rdf:Bag/rdf:li", NAMESPACES)
    return [word.text for word in words]


@pytest.mark.parametrize("format", FORMATS)
def test_what_a_person_wrote_is_kept_and_the_mark_added(format: str) -> None:
    output = coloured(scan(), format)
    assert read_mark(output) == MARK
    with Image.open(io.BytesIO(output)) as image:
        main, camera = exif_tags(image)
        assert str(main[270]).encode("latin-1").decode() == f"{CAPTION}\n\n{MARK}"
        assert str(main[33432]).encode("latin-1").decode() == "Familie Müller"
        assert camera[36867] == DATE
        assert camera[33434] == pytest.approx(0.01)
        assert float(main[282]) == 600
        assert image.info["icc_profile"][36:40] == b"acsp"
        assert subjects(image) == ["family", "window"]
        texts = [
            item.text
            for item in packet(image).iterfind(".//dc:description/rdf:Alt/rdf:li", NAMESPACES)
        ]
        assert texts == [f"Grandmother\n\n{MARK}", "Grand-mère"]
        assert "Köln" in image.info["xmp"].decode()
        if format == "png":
            assert image.info["Description"] == f"{CAPTION}\n\n{MARK}"
        if format in ("jpg", "png", "tif"):
            assert image.info["dpi"] == pytest.approx((600, 600), abs=0.1)


def test_a_tiff_with_a_date_is_packed_all_the_same() -> None:
    with Image.open(io.BytesIO(coloured(scan(), "tif"))) as image:
        assert image.info["compression"] == "tiff_adobe_deflate"
        assert exif_tags(image)[1][36867] == DATE


@pytest.mark.parametrize("format", ["png", "tif"])
def test_a_file_of_sixteen_bits_keeps_as_much(format: str) -> None:
    metadata, _ = read_metadata(scan(), keep_gps=True)
    deep = np.full((48, 64, 3), 30_000, np.uint16)
    photo = Photo(np.full((48, 64, 3), 117, np.uint8), rgb16=deep)
    output = encode_photo(photo, format, mark=MARK, metadata=metadata)
    assert read_mark(output) == MARK
    with Image.open(io.BytesIO(output)) as image:
        main, camera = exif_tags(image)
        assert str(main[270]).encode("latin-1").decode() == f"{CAPTION}\n\n{MARK}"
        assert camera[36867] == DATE
        assert image.getexif().get_ifd(0x8825)[2] == (52.0, 31.0, 6.0)
        assert image.info["dpi"] == pytest.approx((600, 600), abs=0.1)
        assert image.info["icc_profile"][36:40] == b"acsp"
        assert subjects(image) == ["family", "window"]


@pytest.mark.parametrize("format", FORMATS)
def test_the_place_and_what_is_unknown_leave(format: str) -> None:
    output = coloured(scan(), format)
    assert b"SECRET" not in output
    assert b"GPS" not in output
    with Image.open(io.BytesIO(output)) as image:
        assert 0x8825 not in image.getexif()


@pytest.mark.parametrize("format", FORMATS)
def test_the_place_is_kept_where_it_is_asked_for(format: str) -> None:
    output = coloured(scan(), format, keep_gps=True)
    assert b"SECRET" not in output
    with Image.open(io.BytesIO(output)) as image:
        assert image.getexif().get_ifd(0x8825)[2] == (52.0, 31.0, 6.0)
        assert "52,31.1N" in image.info["xmp"].decode()


@pytest.mark.parametrize("format", ["jpg", "tif"])
def test_iptc_is_kept_byte_by_byte(format: str) -> None:
    output = coloured(scan(), format)
    assert IPTC in output
    again, notes = read_metadata(output)
    assert again.iptc == IPTC
    assert notes == ()


@pytest.mark.parametrize("format", FORMATS)
def test_caption_and_keywords_of_iptc_are_in_xmp_too(format: str) -> None:
    output = coloured(encoded(picture(), "JPEG", extra=photoshop_segment(IPTC)), format)
    with Image.open(io.BytesIO(output)) as image:
        assert subjects(image) == ["family", "café"]
        assert f"{CAPTION}\n\n{MARK}" in image.info["xmp"].decode()


def iptc_of(fields: dict[int, str]) -> bytes:
    texts = ((number, text.encode()) for number, text in fields.items())
    return b"".join(struct.pack(">BBBH", 0x1C, 2, number, len(t)) + t for number, t in texts)


@pytest.mark.parametrize("format", FORMATS)
def test_texts_of_iptc_are_in_xmp_too(format: str) -> None:
    """PNG and WebP have no place for IPTC itself."""
    said = {5: "Fest", 80: "Erna Müller", 90: "Köln", 101: "Deutschland", 105: "Sommer",
            116: "© Müller", 55: "19500102", 60: "030405+0100"}  # fmt: skip
    data = encoded(picture(), "JPEG", extra=photoshop_segment(iptc_of(said)))
    metadata, _ = read_metadata(data)
    assert metadata.iptc_texts.complete
    output = encode_photo(open_photo(data), format, mark=MARK, metadata=metadata)
    with Image.open(io.BytesIO(output)) as image:
        root = packet(image)
    for path, text in (
        ("dc:title/rdf:Alt/rdf:li", "Fest"),
        ("dc:creator/rdf:Seq/rdf:li", "Erna Müller"),
        ("dc:rights/rdf:Alt/rdf:li", "© Müller"),
        ("photoshop:City", "Köln"),
        ("photoshop:Country", "Deutschland"),
        ("photoshop:Headline", "Sommer"),
        ("photoshop:DateCreated", "1950-01-02T03:04:05+01:00"),
    ):
        assert root.findtext(f".//{path}", namespaces=NAMESPACES) == text


def test_what_xmp_says_already_is_not_said_twice() -> None:
    data = scan(extra=photoshop_segment(iptc_of({90: "Bonn", 25: "other", 120: "third"})))
    with Image.open(io.BytesIO(coloured(data, "png"))) as image:
        said = image.info["xmp"].decode()
        assert "Köln" in said
        assert "Bonn" not in said
        assert subjects(image) == ["family", "window"]
        assert said.count("Grandmother") == 1


@pytest.mark.parametrize(
    ("fields", "complete"),
    [({}, True), ({0: "\0\4", 65: "Editor"}, True), ({90: "Köln"}, True), ({200: "own"}, False),
     ({55: "no date"}, False), ({60: "120000"}, False)],
)  # fmt: skip
def test_iptc_that_xmp_does_not_know_is_noticed(fields: dict[int, str], complete: bool) -> None:
    data = encoded(picture(), "JPEG", extra=photoshop_segment(iptc_of(fields)))
    assert read_metadata(data)[0].iptc_texts.complete == complete


@pytest.mark.parametrize("format", FORMATS)
def test_a_result_tells_which_photo_it_is_of(format: str) -> None:
    output = coloured(scan(), format)
    with Image.open(io.BytesIO(output)) as image:
        origin = origin_in_xmp(image.info["xmp"])
    assert origin
    assert origin.source == read_metadata(scan())[0].source


@pytest.mark.parametrize("format", FORMATS)
def test_without_the_mark_the_caption_is_as_it_was(format: str) -> None:
    output = coloured(scan(), format, mark=None)
    assert b"Colorizer" not in output
    with Image.open(io.BytesIO(output)) as image:
        assert str(image.getexif()[270]).encode("latin-1").decode() == CAPTION
        assert subjects(image) == ["family", "window"]


@pytest.mark.parametrize("came", ["png", "webp", "tif"])
@pytest.mark.parametrize("format", FORMATS)
def test_metadata_survives_from_every_format_to_every_format(came: str, format: str) -> None:
    data = coloured(scan(), came, mark=None)
    with Image.open(io.BytesIO(coloured(data, format))) as image:
        main, camera = exif_tags(image)
        assert camera[36867] == DATE
        assert str(main[270]).encode("latin-1").decode() == f"{CAPTION}\n\n{MARK}"
        assert subjects(image) == ["family", "window"]


def test_orientation_and_thumbnail_are_not_kept() -> None:
    data = encoded(picture(), "JPEG", exif=EXIF_PREFIX + exif([(274, 3, 1, 6)]))
    with Image.open(io.BytesIO(coloured(data, "jpg"))) as image:
        assert 274 not in image.getexif()
        assert image.size == (48, 64)


@pytest.mark.parametrize(
    "block",
    [
        exif([(271, ASCII, 1_000, 0xFFFFFF), (282, UNDEFINED, 0x7FFFFFFF, 8)]),
        exif([(0x8769, LONG, 1, 8), (0x8825, LONG, 1, 8)]),
        exif([(282, RATIONAL, 1, b"\0" * 8)]),
        exif([(270, UNDEFINED, 8, b"\xff\xfe\0\1\2\3\4\5")]),
        b"II*\0\xff\xff\xff\x7f",
        b"MM",
    ],
)
@pytest.mark.parametrize("format", FORMATS)
def test_odd_metadata_costs_no_photo(block: bytes, format: str) -> None:
    data = encoded(picture(), "JPEG", exif=EXIF_PREFIX + block)
    output = coloured(data, format)
    assert read_mark(output) == MARK
    assert open_photo(output).width == 64


@pytest.mark.parametrize(
    "data",
    [
        scan(xmp=XMP.replace(b"Grandmother", b"G" * 63_000)),
        scan(xmp=b"<x:xmpmeta>not whole"),
        scan(xmp=b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + XMP),
        encoded(picture(), "PNG", exif=EXIF_PREFIX + exif([(270, ASCII, 64_000, b"x" * 64_000)])),
        scan(extra=photoshop_segment(IPTC + bytes(61_000))),
    ],
    ids=["long XMP", "broken XMP", "XMP with entities", "long EXIF", "long IPTC"],
)
def test_what_cannot_be_kept_is_noted(data: bytes) -> None:
    metadata, notes = read_metadata(data)
    assert [note.code for note in notes] == ["metadata_partly_lost"]
    for format in FORMATS:
        assert read_mark(encode_photo(open_photo(data), format, mark=MARK, metadata=metadata))


def test_a_photo_of_sixteen_bits_is_noted() -> None:
    deep = Image.new("I;16", (20, 10), 30_000)
    for format in ("PNG", "TIFF"):
        _, notes = read_metadata(encoded(deep, format))
        assert [note.code for note in notes] == ["sixteen_bits"]
    assert read_metadata(encoded(picture(), "TIFF"))[1] == ()

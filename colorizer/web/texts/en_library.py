"""What the library says of photos, word for word, to be found again in other languages.

The library speaks English and knows no page; `colorizer.web.library_sentences` looks its sentences
up by these, and `tests/test_library_sentences.py` finds any that it says and that is missing here.
"""

LIBRARY = {
    "gone": "The photo is not there any more: choose it again.",
    "no_memory": "There is not enough memory for this photo at the moment: try again later, or with a smaller one.",
    "no_memory_to_decode": "There is not enough memory for this photo right now: make it smaller or try later.",
    "no_file": "This is not a file but a folder or a device: choose a photo.",
    "unreadable": "The file cannot be opened: check that it is there and that you may read it.",
    "too_precise": "Pictures with 32-bit or floating-point numbers cannot be read: save it with 8 or 16 bits.",
    "rare_tiff": "This TIFF uses a rare compression that is not supported: save it with LZW or Deflate.",
    "damaged": "The photo is damaged, incomplete or of an unusual kind: download or export it again, best as an ordinary JPEG or PNG.",
    "no_photo": "This is not a photo that can be read: choose one of {accepted}.",
    "heic": "HEIC photos cannot be read: export the photo as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible) and try again.",
    "rare_jpeg": "This JPEG is lossless, arithmetic-coded or has more than 8 bits, which is not supported: save it as an ordinary JPEG or as PNG.",
    "large_bmp": "This BMP is too large for its kind of compression: save it as PNG.",
    "other_kind": "This is a {kind}, not a photo: save it as JPEG or PNG first.",
    "slow": "This photo takes too long to decode: save it again as an ordinary JPEG and try that.",
    "crashed": "This file made the decoder fail: save the photo again with another program and try that.",
    "too_many_pixels": "The photo has more than {megapixels} megapixels or a side of more than {side} pixels: make it smaller and try again.",
    "empty": "The file is empty: choose another photo or save it again.",
    "too_large": "The file is larger than {megabytes} MB: save the photo smaller or with stronger compression.",
    "narrow": "The picture is too narrow ({width} x {height} pixels): cut out a part that is closer to a square.",
    "too_many_for_its_kind": "The photo has {width} x {height} pixels and the limit for this kind of file is {megapixels} megapixels: make it smaller or save it as an ordinary JPEG.",
    "no_such_format": "Photos cannot be saved as {format}: choose jpg, png, webp or tif instead.",
    "long_side": "A side of {side} pixels is too long for {format}: save the photo as PNG.",
    "not_saved": "The photo could not be saved ({reason}): choose another folder or free some space.",
    "nothing_to_save": "There is no photo to save.",
    "invented": "The photo's colours were invented by a program: it is not real.",
    "small": "The photo is smaller than {side} pixels.",
    "colourless": "The photo has hardly any colour.",
    "first_of_several": "The file holds several pictures; only the first one is used.",
    "damaged_profile": "The colour profile does not fit the photo or is damaged; it is read as sRGB.",
    "no_copy": "Votes are kept on this machine only; no copy is made elsewhere.",
}

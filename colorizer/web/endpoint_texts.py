"""What programs are told of the endpoints; in English for everybody, unlike the page."""

COLORIZE = (
    "Colour one photo. file: the photo; model: classification, regression, or owner/name of a "
    "Colorizer checkpoint on the Hugging Face Hub; vividness: 0 to 3, 1 is normal; warmth: -1 "
    "(cooler) to 1 (warmer), 0 is normal. Returns the coloured photo, same size and format."
)
CHROMA_LAYER = (
    "The colours of a photo alone, as a transparent PNG of its size, to be laid over the "
    "black-and-white photo in blend mode Normal or Colour. file: the photo; model: classification, "
    "regression, or owner/name on the Hub; vividness: 0 to 3; warmth: -1 to 1."
)
CERTAINTY = (
    "How sure the vivid model is of its colours. file: the photo; model: classification. Returns a "
    "map (PNG, dark blue is sure, light yellow a guess) and between how many of its colours the "
    "model wavers."
)
PCA = (
    "PCA preview of a photo at a long side of 512 pixels. file: the photo; method: rows or "
    "patches; variance: retained variance in percent. Returns the rebuilt picture (PNG) and its "
    "figures."
)
PALETTE = (
    "K-means palette of a photo at a long side of 512 pixels. file: the photo; way: ab (keeps the "
    "lightness), lab or classifier; number: 2 to 256 colours. Returns the picture (PNG) and the "
    "palette's figures."
)
STUDY_RESULTS = (
    "Results of the colorization Turing test, open to the owner's key or to the token of a "
    "participant who has played a session to its end: fooling rates (0 to 1, chance 0.5) with 95 % "
    "intervals by model, head, revision, subject and photo; trials of different exposure are in "
    "different rows. exposure_seconds is null where pairs are shown without limit."
)

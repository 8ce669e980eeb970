"""What programs are told of the endpoints; in English for everybody, unlike the page."""

COLORIZE = (
    "Colour one photo. file: the photo; model: classification, regression, or owner/name of a "
    "Colorizer checkpoint on the Hugging Face Hub; vividness: 0 to 3, 1 is normal; warmth: -1 "
    "(cooler) to 1 (warmer), 0 is normal; hints: JSON such as "
    '{"hints": [{"x": 0.5, "y": 0.2, "colour": "#6b5a45", "reach": "normal"}]}, x and y 0 to 1 '
    "from the left and the top, colour #rrggbb or neutral, reach small, normal or large; "
    'palette: colours such as "#7a5c48, #d8c8a8 60%"; reference: a photo whose colours to take; '
    "strength: of palette and reference, 0 to 1; variant: 1 to 11 are other likely pictures, 0 is "
    "the likeliest. Palette, reference and variant need the model classification. Returns the "
    "coloured photo, same size and format."
)
VARIANTS = (
    "Other pictures that the model holds for likely, each of one piece. file: the photo; model: "
    "classification; vividness: 0 to 3; warmth: -1 to 1; hints: JSON as for colorize; number: how "
    "many, 1 to 11. Returns the photos 1, 2, …; colorize makes the same by its variant."
)
SUGGESTIONS = (
    "Colours that are likely at a place of a photo, to be used in hints. file: the photo; model: "
    "classification or regression; x, y: 0 to 1 from the left and the top. Returns five colours as "
    "#rrggbb, the likeliest first."
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

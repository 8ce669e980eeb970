"""Every sentence of the page in one place."""

TITLE = "Colorizer"
LEAD = (
    "Drop a black-and-white photograph and see it in plausible colour. The colours are invented: "
    "a guess of a trained model, not a record."
)
DROP = "Your photos: drop, paste or pick one or several"
MODEL = "How to colour"
MODELS = {
    "classification": "Vivid: picks from a palette of likely colours",
    "regression": "Cautious: averages all likely colours, calmer and closer to the truth",
}
VIVIDNESS = "Vividness"
VIVIDNESS_HINT = "0 is grey, 1 is how the model means it; changes at once"
COLORIZE = "Colour my photos"
BEFORE_AFTER = "Before and after: drag the line"
RESULTS = "Your coloured photos: choose one to look at"
DOWNLOAD = "Download at full size"
DOWNLOAD_ALL = "Download all (zip)"
MARK = "Note in the file that the colours are invented"
NO_PHOTO = "Choose a photo first."
TOO_MANY = "Please send at most {limit} photos at a time."
WORKING = "Colouring {name}"
DONE_ONE = "{width} × {height} pixels, coloured in {seconds:.1f} s."
DONE_MANY = "{done} of {total} photos coloured."
WAS_COLOUR = "This photo already had colour: only its lightness was used."
PRIVACY = (
    "Photos are decoded, coloured and deleted within two hours; location and other metadata are "
    "never copied into the result."
)
API_COLORIZE = (
    "Colour one photo. file: the photo; model: classification or regression; vividness: 0 to 3, 1 "
    "is normal. Returns the coloured photo, same size and format."
)
UNKNOWN_MODEL = "There is no model {model!r}; choose one of: {known}."
BAD_VIVIDNESS = "Vividness must be between 0 and 3."

TAB_COLORIZE = "Colorize"
TAB_PCA = "PCA"
TAB_PALETTE = "Palette"

PREVIEW_DROP = "A photo: drop, paste or pick one"
FULL_SIZE = "Make it at full size"
DOWNLOAD_RESULT = "Download the result"

PCA_LEAD = (
    "Principal component analysis finds the patterns that a photo is made of. Keep only the "
    "strongest, and see how little is enough."
)
PCA_METHOD = "Patterns of"
PCA_METHODS = {
    "patches": "Patches of 8 × 8 pixels: more of the photo in as many numbers",
    "rows": "Whole rows: the original project's way",
}
PCA_VARIANCE = "Retained variance, %"
PCA_BEFORE_AFTER = "Original and rebuilt: drag the line"
PCA_COMPONENTS = "The components themselves"
PCA_CURVE = "Cumulative variance, %"
PCA_CURVE_X = "components"
PCA_TOO_LARGE = "Full-size PCA works up to {limit} megapixels; make the photo smaller first."
PCA_BAD_REQUEST = "Method must be rows or patches, variance above 0 and at most 100 %."
API_PCA = (
    "PCA preview of a photo at a long side of 512 pixels. file: the photo; method: rows or "
    "patches; variance: retained variance in percent. Returns the rebuilt picture (PNG) and its "
    "figures."
)

PALETTE_LEAD = (
    "K-means groups a photo's colours into a few. Some photos need surprisingly few before anyone "
    "notices. Click a colour to copy its code."
)
PALETTE_WAY = "What is grouped"
PALETTE_WAYS = {
    "ab": "Colour only: the photo keeps its own lightness",
    "lab": "Colour and lightness: classic poster colours",
    "classifier": "Nothing: the vivid model's own palette, all that it can express",
}
PALETTE_NUMBER = "Number of colours"
PALETTE_BEFORE_AFTER = "Original and palette: drag the line"
PALETTE_BAD_REQUEST = "Way must be ab, lab or classifier, number between 2 and 256."
NO_CLASSIFIER = "The classification model is not there."
ELBOW = "How many colours does this photo need?"
ELBOW_X = "colours"
ELBOW_Y = "Mean ΔE (about 2 is just visible)"
DOWNLOAD_GPL = "Palette for GIMP, Inkscape, Krita (.gpl)"
DOWNLOAD_CSS = "Palette for the web (.css)"
API_PALETTE = (
    "K-means palette of a photo at a long side of 512 pixels. file: the photo; way: ab (keeps the "
    "lightness), lab or classifier; number: 2 to 256 colours. Returns the picture (PNG) and the "
    "palette's figures."
)

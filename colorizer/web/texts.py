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

"""Every sentence of the page, in English: the language of everybody who reads no other of them."""

from colorizer.errors import MESSAGES as MESSAGES

DECIMAL_MARK = "."
LANGUAGE = "en"
OTHER_LANGUAGE = ("de", "Deutsch")
CLOSE = "Close"
GRADIOS_LABELS = (
    ("number input for ", "number input for "),
    ("range slider for ", "range slider for "),
    ("Reset to default value", "Reset to default value"),
    ("Copy", "Copy"),
    ("Fullscreen", "Fullscreen"),
)
"""What Gradio's own controls are called, or what that begins with: its words, then the page's."""

KEYS_TITLE = "Keyboard"
KEYS = (
    ("Tab", "go through everything on the page"),
    ("← →", "move the line between before and after, or a slider"),
    ("N / P", "next or previous photo"),
    ("Ctrl V", "paste photos"),
    ("Esc", "leave the full screen"),
    ("?", "this list"),
)

LEAD = "Drop a black-and-white photograph and see it in plausible colour. The colours are invented: a guess of a trained model, not a record."
DROP = "Drop photos anywhere on this page, or paste them"
DROP_CHOOSE = "Choose photos"
DROP_LIMIT = ("Up to", "photos at a time, each up to")
DROP_SENDING = "Sending your photos …"
STILL_SENDING = "Your photos are still being sent: please try again in a moment."
COLORIZE = "Colour the rest"
CANCEL = "Cancel"
MODEL = "How to colour (about a second a photo)"
MODELS = {
    "classification": "Vivid: picks from a palette of likely colours",
    "regression": "Cautious: averages all likely colours, calmer and closer to the truth",
}
VIVIDNESS = "Vividness"
VIVIDNESS_HINT = "0 is grey, 1 as the model means it"
WARMTH = "Warmth"
WARMTH_HINT = "Blue evening light to golden morning light"

HUB_MODEL = "Another model"
HUB_MODEL_NAME = "A Colorizer checkpoint on the Hugging Face Hub"
HUB_MODEL_HINT = "It is checked before it is loaded; the first time takes as long as its download."
HUB_MODEL_USE = "Use this model"
HUB_MODEL_BAD_NAME = "Give the model as owner/name, as its page on the Hub shows it."

ERROR = "That did not work"
NOTE = "Please note"
NO_PHOTO = "Choose a photo first."
NO_ADDRESS = "Send the photo itself: the page fetches no addresses."
LEFT_OUT_PHOTOS = "At most {limit} {limit:photo|photos} at a time: {left_out} more {left_out:was|were} left out. Save what is done, delete it, then send the others."
TOO_MANY_RUNS = "Some of your photos or films are still being coloured: please wait until they are done, or cancel them."
NOT_STORED = "The server cannot store files at the moment: please try again in a few minutes."
TOO_MANY_REQUESTS = (
    "Too many requests at a time come from your address: please try again in a moment."
)
TOO_MANY_EVENTS = "Too much is waiting for your address: please try again when some of it is done."
TOO_MANY_BYTES = "Your address has sent as much as it may within an hour: please go on later."
REQUEST_TOO_LARGE = "This request is too large: send photos as uploads."
REQUEST_STOPPED = "The request stopped halfway: please send it again."
NO_MEMORY = "There is not enough memory at the moment: please try again in a few minutes."
BAD_VALUE = "The page cannot take this value: reload the page and try again."
BAD_ARGUMENTS = "These are not the arguments that are asked for: see /gradio_api/info."
UNKNOWN_EVENT = "There is nothing of this name."
FAILED = (
    "That did not work, and it is the server's fault: please try again, and tell us if it stays so."
)
LOADING = "Loading the model: the first photo after a start waits some seconds for it …"
WORKING = "Colouring photo {number} of {total} …"
SECONDS_LEFT = "About {seconds} s left."
MINUTES_LEFT = "About {minutes} min left."
DONE_SINGLE = "Your photo is coloured."
DONE_MANY = "{done} of {total} photos coloured."
STOPPED = "Cancelled: {done} of {total} photos are coloured."
REFUSED = "{refused} could not be coloured: the list says why."
PHOTOS_LABEL = "Your photos: choose one to look at"
PREVIOUS = "Previous photo"
NEXT = "Next photo"
BACK = "‹ Back to my photo"
APPLY_TO_ALL = "Use these settings for all photos"
KEPT = "Your photos stay on this server for an hour, also when you reload the page."
REMOVE = "Remove this photo"
FORGET = "Delete them now"
FORGOTTEN = "Your photos and everything made of them are deleted."
STATES = {
    "waiting": "waiting",
    "working": "being coloured …",
    "done": "done",
    "refused": "refused",
    "stopped": "cancelled",
}

VIEW_BEFORE_AFTER = "Before and after"
VIEW_COMPARE = "Compare"
VIEW_REAL = "Real colours"
BEFORE_AFTER = "Before left of the line, after right of it: move the line"
PAIR_AFTER = "After"
ENLARGE = "Fullscreen"
SHRINK = "Exit fullscreen"
DONE_ONE = "**{name}**: {width} × {height} pixels, coloured in {seconds:.1f} s."
WAS_COLOUR = (
    "This photo already has colours: only its lightness was used. *Real colours* shows both."
)
COMPARE_BEFORE = "Before"
COMPARED = {"classification": "Vivid", "regression": "Cautious"}
COMPARE_CHOSEN = "is chosen and will be saved"
COMPARE_CHOOSE = "click to choose"
COMPARE_REAL = "Real colours"
REAL_LABEL = "Left the real colours, right ours: drag the line"
REAL_FIGURES = "Mean distance of the colours (ab RMSE): **{ab_rmse:.1f}** Lab units. Colourfulness: **{real:.0f}** real, **{ours:.0f}** ours. Far apart does not mean implausible: a red car may as well have been blue."
NO_REAL = "This photo has no colours of its own to compare with."

HAND = {
    "begin": "Change colours by hand",
    "end": "Before and after",
    "lead": "Click on what has the wrong colour.",
    "picture": "The coloured photo: click on a place to choose its colour, or move the cross with the arrow keys and press Enter",
    "after": "After",
    "dot": "Place",
    "undo": "Undo",
    "redo": "Redo",
    "ctrl": "Ctrl",
    "zoom": "Zoom",
    "panel": "The colour of this place",
    "likely": "Likely here",
    "own": "In this photo",
    "any": "Another",
    "neutral": "Neutral",
    "reach": "Reach",
    "small": "Small",
    "normal": "Normal",
    "large": "Large",
    "remove": "Remove",
    "close": "Done",
    "inexact": "This place is too dark or too light for that colour: the nearest is shown.",
    "clear": "Remove all",
    "save": "Save the places",
    "open": "Open saved places",
}
HAND_WAITS = (
    "Palette, reference and other versions need the vivid model: they wait until you choose it."
)

VERSIONS = "Other versions"
VERSION = "Version {number}"
VERSION_FIRST = "First choice"
NO_VERSIONS = "The cautious model knows one version only: choose the vivid model."
LIKE = "Colours like …"
LIKE_DROP = "Drop a colour photo whose colours this one is to have"
LIKE_COLOURS = "Or a list of colours"
LIKE_COLOURS_HINT = "Such as #7a5c48, #d8c8a8 60%"
LIKE_USE = "Use these colours"
LIKE_STRENGTH = "How much"
LIKE_REMOVE = "Its own colours again"
LIKE_PHOTO = "The photo whose colours are taken"
LIKE_COMING = "The next photos that you drop get these colours. For a photo that is here: *Colours like …*, *Use these colours*."
LIKE_ANOTHER = "Colour another photo with these"

CERTAINTY = "How sure is the model?"
CERTAINTY_LABEL = "Left the photo, right where its colours are guesses: drag the line"
CERTAINTY_FIGURES = "In {sure:.0f} % of the picture the model is fairly sure of its colour, in {guess:.0f} % it mostly guesses."
CERTAINTY_SURE = "sure"
CERTAINTY_GUESS = "a guess"
NO_CERTAINTY = "The cautious model predicts one colour for each place and cannot tell how sure it is: choose the vivid model."
USED_COLOURS = "The colours it used"

DOWNLOAD = "Download photo"
DOWNLOAD_ALL = "All as zip"
DOWNLOAD_LAYER = "Colours as layer"
DOWNLOAD_BOTH = "Side by side"
COPY = "Copy picture"
MAKING = "Making the file at full size …"
SAVING = "Saving"
MARK = "Note in the file that the colours are invented"
SAVING_HINT = "Photos keep their name, size and format. *Side by side* shows before and after in one picture, to be shown around. The layer is a transparent PNG with the colours alone: in a photo editor, lay it over your black-and-white photo in blend mode *Normal*, or *Colour* if you retouch the photo below; rub out what is wrong."
PREPARING = "Preparing photo {number} of {total}"
NOTHING_TO_SAVE = "There is no coloured photo yet."
LEFT_OUT = "Not in the zip: {names}."

THUMB_CONSENT = "Say how you like it: my thumb may be stored, with the model and its settings, without the photo"
THUMB_UP = "Thumb up: good colours"
THUMB_DOWN = "Thumb down: wrong colours"
THUMB_THANKS = "Thank you, your thumb is stored."
THUMB_AGAIN = "You have given your thumb for this picture already."
THUMB_NOT_STORED = "Nothing was stored: choose a picture and agree first."

EXAMPLES = {
    "cameraman": ("Cameraman", "an old street scene: sky and lawn come well, the coat is a guess"),
    "admiral": ("Portrait", "face and uniform come well, flag and ribbons lose their colours"),
    "bridge": ("Bridge", "sky and sea are plain to see"),
    "leaves": ("Leaves", "some leaves come well, others turn brown, and the sky gets a red patch"),
    "coins": ("Coins", "wrong: the plain black cloth turns red"),
    "retina": ("Eye's retina", "the red is right, but too pink and not even"),
}
EXAMPLES_LABEL = "Examples, with what works and what does not"
EXAMPLE = "An example"
EXAMPLE_INVITATION = "Drop a photo of your own to see it in colour."

PRIVACY = "Photos and films are decoded, coloured and deleted within two hours (photos of a study that you set up, when its time is over); location and other metadata are never copied into the result."
UNKNOWN_MODEL = "There is no model {model!r}; choose one of: {known}."

TAB_COLORIZE = "Colorize"
TAB_FILM = "Film"
TAB_PCA = "PCA"
TAB_PALETTE = "Palette"

FILM_LEAD = "Drop a short black-and-white film and watch it in plausible colour. Its light and its sound stay as they are."
FILM_DROP = "Drop a film here"
FILM_CHOOSE = "Choose a film"
FILM_LIMIT = ("The first", "seconds are coloured; the file may have up to")
FILM_SENDING = "Sending your film …"
FILM_MODEL = "How to colour"
FILM_AGAIN = "Colour it again"
FILM_BEGINS = "Looking at your film …"
FILM_WORKING = "Frame {frames} is coloured."
FILM_WORKING_OF = "Frame {frames} of about {total} is coloured."
FILM_DONE = "Your film is coloured."
FILM_RESULT = "Your film in colour"
FILM_DOWNLOAD = "Download the film"
FILM_KEPT = "The film stays on this server for an hour; a reload of the page ends the work on it."
FILM_FORGET = "Delete it now"
FILM_GONE = "The film and everything made of it are deleted."

PREVIEW_DROP = "Drop or paste a photo here. Until you do, this tab shows the one on the first tab"
DROP_CHOOSE_ONE = "Choose a photo"
PAIR_ORIGINAL = "Original"
PAIR_REBUILT = "Rebuilt"
SAVE_PICTURE = "Save the picture"
FULL_SIZE = "Save it at full size"

PCA_LEAD = "Principal component analysis finds the patterns that a photo is made of. Keep only the strongest, and see how little is enough."
PCA_METHOD = "Patterns of"
PCA_METHODS = {
    "patches": "Patches of 8 × 8 pixels: more of the photo in as many numbers",
    "rows": "Whole rows: the original project's way",
}
PCA_VARIANCE = "How much of the differences between the patterns to keep, % (variance)"
PCA_WORDS = "**{components} of {total} patterns are kept, {numbers} of the numbers. {look}**"
PCA_LOOKS = {
    "same": "Hardly anybody will see a difference.",
    "near": "Only fine detail is lost.",
    "soft": "It is softer, but everything can be recognised.",
    "coarse": "Only the coarse shapes are left.",
}
PCA_FIGURES = "In figures: {variance} of the variance in {components} of {total} components: {numbers} of the numbers, {fidelity}, SSIM {ssim:.3f}."
IDENTICAL = "identical to the photo"
DECIBELS = "{psnr:.1f} dB"
PCA_BEFORE_AFTER = "Original and rebuilt: drag the line"
PCA_COMPONENTS = "The components themselves"
PCA_CURVE = "Cumulative variance, %"
PCA_CURVE_X = "components"
PCA_TOO_LARGE = "Full-size PCA works up to {limit} megapixels; make the photo smaller first."
PCA_BAD_REQUEST = "Method must be rows or patches, variance above 0 and at most 100 %."

PALETTE_LEAD = "K-means groups a photo's colours into a few. Some photos need surprisingly few before anyone notices. Click a colour to copy its code."
PALETTE_WAY = "What is grouped"
PALETTE_WAYS = {
    "ab": "Colour only: the photo keeps its own lightness",
    "lab": "Colour and lightness: classic poster colours",
    "classifier": "Nothing: the vivid model's own palette, all that it can express",
}
PALETTE_NUMBER = "Number of colours"
PALETTE_BEFORE_AFTER = "Original and palette: drag the line"
PALETTE_COLOURS = "{used} {used:colour|colours}"
PALETTE_FEWER = "{used} of {asked} colours (this photo has no more to tell apart)"
PALETTE_UNUSED = "{used} of the palette's {asked} colours"
PALETTE_DISTANCE = "mean ΔE {mean:.1f} (about 2 is just visible), 95 % of the pixels within {most:.1f}, {psnr:.1f} dB"
PALETTE_BAD_REQUEST = "Way must be ab, lab or classifier, number between 2 and 256."
NO_CLASSIFIER = "The classification model is not there."
ELBOW = "How many colours does this photo need?"
ELBOW_ANSWER = "**About {colours}: then the difference is hardly visible (mean ΔE {distance:.1f}).** The picture now has that many."
ELBOW_MORE = "**More than {colours}: even then the difference can be seen (mean ΔE {distance:.1f}).** The picture now has that many."
ELBOW_X = "colours"
ELBOW_Y = "Mean ΔE (about 2 is just visible)"
DOWNLOAD_GPL = "Palette for GIMP, Inkscape, Krita (.gpl)"
DOWNLOAD_CSS = "Palette for the web (.css)"

TAB_STUDY = "Turing test"
TAB_STUDY_PLAY = "Play"
TAB_STUDY_PRIVATE = "Your own photos"
TAB_STUDY_RESULTS = "Results"

STUDY_LEAD = "Two pictures of one photo. In one the colours are real, in the other a model invented them from the black-and-white version. Can you tell which is which?"
STUDY_SESSION = "A session has {trials} {trials:pair|pairs}: {practice} for practice, where you are told the answer, and {counted} whose {counted:answer|answers} you learn at the end."
STUDY_EXPOSURE = "Each pair is shown for {seconds:g} s; take as long as you like to answer."
STUDY_SHORTENED = "That is less than the usual {trials}, because there {photos:is|are} only {photos} {photos:photo|photos}."
STUDY_DEMO = "These are demo photographs that come with Colorizer: good for a game, too few and too well known for a study."
STUDY_GO_ON = "You have answered {done} of {total} {total:pair|pairs}."
STUDY_PREPARING = "The models are still colouring the photographs of the study, {ready} {ready:is|are} ready. You can start in a moment."
STUDY_START = "Start"
STUDY_CONTINUE = "Go on"
STUDY_AGAIN = "Play again with photos you have not seen"
STUDY_SEEN_ALL = "You have seen every photo of this study. Thank you for taking part!"
STUDY_ANONYMOUS = (
    "Your votes are stored under a random number that your browser keeps, without name or address."
)
STUDY_OPENING = "The study is being set up, please try again in a moment."
STUDY_EMPTY = "The study has no colour photos to show."

TRIAL = {
    "question": "Which one has the real colours?",
    "real": "This one is real",
    "pair": "Two versions of one photo side by side, one of them with invented colours",
    "first": "Picture 1",
    "second": "Picture 2",
    "practice": "Practice",
    "was_real": "Real",
    "was_invented": "Invented",
    "right": "Right!",
    "wrong": "Not this time.",
    "next": "Next pair",
    "gone": "Time is up: which one was real?",
    "retrying": "The connection is slow, trying again …",
    "offline": "The server does not answer. Your answer was not sent; please press again.",
}

RESULT = "{correct} of {scored} right"
RESULT_CHANCE = "Guessing gives {expected:g}; {share} of those who only guess get as many or more."
RESULT_RARE = "less than 1 %"
RESULT_SPEED = "Your median answer took {seconds:.1f} s."
RESULT_SCALE = "Pairs told apart: {percent:.0f} %, guessing gives 50 %"
RESULT_SCALE_CHANCE = "guessing"
RESULT_SCALE_YOU = "you"
RESULT_FOOLED = "These invented colours fooled you"
RESULT_FOOLED_NONE = "No invented colours fooled you."
RESULT_MISTAKE = "Picture {number} was real; {model} coloured the other."
RESULT_REAL = "real"
RESULT_PRIVATE = "This was your private test: nothing of it is stored or counted."
SHARE = "To share"
SHARED = "I told the real colours from a computer's invented ones in {correct} of {scored} {scored:photo|photos}. Guessing gives {expected:g}."
SHARED_PRIVATE = "I told the real colours from a computer's invented ones in {correct} of {scored} of my own photos. Guessing gives {expected:g}."
MODEL_NAMES = {
    "classification": "Vivid model (classification)",
    "regression": "Cautious model (regression)",
}
MODEL_SHORT = {"classification": "the vivid model", "regression": "the cautious model"}

TAB_STUDY_PREFER = "Which do you prefer?"
PREFER_LEAD = "One photo, coloured by two models. Both are invented; which do you like better? Ten pairs at most in one go. A photo that you compare here is not shown to you in the Turing test any more, so play that first if you want to."
PREFER_START = "Start comparing"
PREFER_THANKS = "Thank you: your answers are in. You can go on with other photos."
PREFER = {
    **TRIAL,
    "question": "Which colours do you prefer?",
    "real": "I prefer this one",
    "pair": "One photo in the colours of two models, side by side",
}
RESULTS_STRENGTHS = "Preferred, model against model"
RESULTS_STRENGTH_COLUMNS = (
    "",
    "Preferred, %",
    "Strength, log odds",
    "95 % interval",
    "Participants",
    "Pairs",
)
RESULTS_STRENGTHS_HOW = "Bradley–Terry strengths: 0 is the mean of all models, and a model that is 1 stronger than another is preferred to it in 73 % of the pairs. Intervals come from leaving out one participant after the other."
RESULTS_STRENGTH_RANGE = "{low:.2f} … {high:.2f}"
RESULTS_STRENGTH = "{value:.2f}"

PRIVATE_LEAD = "Play with colour photos of your own: they are coloured anew and you are asked which version is real. The test is yours alone: its pictures are not kept, its votes not counted."
PRIVATE_DROP = "Your colour photos"
PRIVATE_START = "Test me with these"
PRIVATE_WORKING = "Colouring {name}"
PRIVATE_LEFT_OUT = (
    "The first {limit} photos were taken; {left_out} more {left_out:was|were} left out."
)

TAB_STUDY_OWN = "Set up a study"
OWN_LEAD = "Make this test of your own colour photos for friends. They get a link and play; you get another link, with the results. Without a link nobody finds the study. Your photos are kept here at 512 pixels and without their metadata, until the time is over or you delete the study."
OWN_DATASET = "Also, or instead: a public dataset on the Hugging Face Hub"
OWN_DATASET_HINT = "Its image files are taken one by one, as many as there is room for; photos inside of archives or tables are not found."
OWN_DATASET_BAD_NAME = "Give the dataset as owner/name, as its page on the Hub shows it."
OWN_NAME = "Name of the study, which your friends see"
OWN_MODELS = "Models that colour the photos"
OWN_STRENGTH = "Strength of their colours: each makes another model of them"
OWN_STRENGTHS = {"paler": "paler", "meant": "as the model means it", "stronger": "stronger"}
OWN_LENGTH = "Pairs in a session"
OWN_EXPOSURE = "Time to look at a pair"
OWN_DAYS = "Kept for"
OWN_KEPT = {"1": "1 day", "7": "1 week", "30": "1 month", "90": "3 months"}
OWN_CREATE = "Set up the study"
OWN_READY = "The study has {photos} photos. The models colour them now, and your friends can start in a moment. It is deleted on {until}."
OWN_FRIENDS = "Link for your friends"
OWN_OWNER = "Your link: results, votes, deletion. Keep it, nobody can give it to you again"
OWN_PLAYED = (
    "**{name}**: a study that somebody set up with photos of their own; it ends on {until}."
)
OWN_UNNAMED = "A study without a name"
OWN_STATE = "{ready} of {found} photos are ready, {skipped} could not be used. The study is deleted on {until}."
OWN_DELETE = "Delete this study"
OWN_DELETE_SURE = "Yes, delete it with its photos and all votes"
OWN_DELETED = "The study is deleted, with its photos and all votes."
MODEL_AT = "{model} at vividness {vividness:g}"

RESULTS_THUMBS = "Thumbs under coloured photos"
RESULTS_THUMB_COLUMNS = ("", "Up", "Down")

RESULTS_HOW = "Every pair shows one photo twice: as it was taken, and coloured by a model that saw only its lightness; a random generator draws the photo, the model and the side. Both pictures go the same way to the screen, so that only their colours differ, and nobody sees a photo twice. Practice pairs do not count, and a few pairs with absurd colours only show who is looking. The **fooling rate** is the share of the other pairs in which invented colours were taken for real: at 50 %, what guessing gives, a model's colours cannot be told from photographs. The real photo's colours are made as coarse as a model's, or their fine detail would give them away; how strong and how varied the colours are is left as it is, because that is part of what is judged. A session that takes more than one absurd pair for real, and more than a quarter of them (of four, somebody who clicks at random passes 5 times in 16), or whose median answer comes within 0.3 s, stays in the data but out of the rates, and intervals (95 %) come from drawing the participants anew."
RESULTS_NONE = "No vote counts yet: be the first to play."
RESULTS_TITLE = "Fooling rate, %"
RESULTS_CHANCE = "guessing: 50"
RESULTS_PUBLISHED = "Published, for context"
RESULTS_CAVEAT = "Published rates come from other photos, people and displays: the same method moves by several points from study to study, so they are no ranking."
RESULTS_EXPOSURE = "{seconds:g} s"
RESULTS_UNLIMITED = "no time limit"
RESULTS_SPOKEN = "{name}: {rate:.0f} %, 95 % interval {low:.0f} to {high:.0f} %"
RESULTS_BY_MODEL = "By model"
RESULTS_BY_REVISION = "By checkpoint"
RESULTS_BY_SUBJECT = "By subject"
RESULTS_BY_PHOTO = "By photo"
RESULTS_PHOTOS = "The photos that fool most and least, by number only: who has seen them real could not play fairly any more. Photos with fewer than {votes} votes are left out."
RESULTS_COLUMNS = (
    "",
    "Shown for",
    "Fooled, %",
    "95 % interval",
    "Participants",
    "Pairs",
    "Picture 1 chosen, %",
    "Median answer, s",
    "Interval from",
)
RESULTS_SUBJECT_COLUMNS = ("", "Shown for", "Fooled, %", "95 % interval", "Participants", "Pairs")
RESULTS_PHOTO_COLUMNS = ("", "Shown for", "Fooled, %", "95 % interval (Wilson)", "Pairs")
RESULTS_PROVISIONAL = "provisional"
RESULTS_COUNTS = "Participants: {participants}. Votes that count: {counted}, excluded: {excluded}. Absurd pairs seen through: {catch}."
RESULTS_EXCLUDED = "{votes} for {reason}"
RESULTS_EXCLUSIONS = {
    "failed catch trials": "absurd pairs taken for real",
    "impossible speed": "impossible speed",
    "voted during exposure": "answers before the pair was shown in full",
}
RESULTS_NUMBER = "{value:.1f}"
RESULTS_RANGE = "{low:.1f} – {high:.1f}"
RESULTS_PUBLISHED_RATE = "{name}: {rate:.1f} %"
RESULTS_SHOWN = "{source}, shown for {seconds:g} s"
RESULTS_METHODS = {"participant bootstrap": "drawing participants anew", "Wilson": "Wilson"}
RESULTS_SUBJECTS = {
    "animal": "animal",
    "bird": "bird",
    "building": "building",
    "food": "food",
    "landscape": "landscape",
    "person": "person",
    "plant": "plant",
    "thing": "thing",
    "unknown": "unknown",
}
RESULTS_NONE_COUNTS = "No vote counts: those that were cast are excluded by the rule below."
RESULTS_STUDY = "Study"
RESULTS_STUDY_NAME = "{name}: {votes} {votes:vote|votes} from {first} to {last}"
RESULTS_UNNAMED = "before studies had names"
RESULTS_OWNER = "For the owner of the study"
RESULTS_OWNER_HOW = "The key is what COLORIZER_STUDY_KEY was set to when the page was started. It opens the results without playing, and the votes as a file. In a study that you set up here, your own link takes its place."
RESULTS_KEY = "Key"
RESULTS_OPEN = "Open"
RESULT_NOT_COUNTED = {
    "failed catch trials": "Thank you for playing! This session does not count in the study: in some pairs the colours were absurd on purpose, a rainbow over the whole picture, and more than one of them was taken for real. That happens when one is tired or in a hurry; the next session counts anew.",
    "impossible speed": "Thank you for playing! This session does not count in the study: half of the answers came faster than anyone can look at two pictures. The next session counts anew.",
}
RESULT_OTHERS = "{participants} other {participants:person has|people have} played: on average they told {percent:.0f} % of the pairs apart. You did better than {below} of them."
RESULT_ALL = "Show all my answers"
RESULT_ALL_TITLE = "All your answers"
RESULT_RIGHT = "right"
RESULT_WRONG = "wrong"
RESULT_TO_RESULTS = "Results of the study"
RESULT_TO_PRIVATE = "Play with your own photos"
RESULTS_CSV = "Make a file of all votes"
RESULTS_DOWNLOAD = "Download the votes"
RESULTS_REFRESH = "Refresh"

TAB_ABOUT = "About the models"
ABOUT_LEAD = "Both models are small networks that know nothing but their training photos. What each was taught, how far it gets, and what it must not be used for."
ABOUT_WHAT = {
    "classification": "Predicts for each place how likely each of many colours is, and picks between the most likely and the mean: vivid, sometimes wrong.",
    "regression": "Predicts one colour for each place, the mean of what would be possible: cautious, paler, closer to the truth on average.",
}
ABOUT_PICTURES_FOLDED = (
    "Four photos with their real colours. They are in the Turing test's demo set, too: play first"
)
ABOUT_PICTURES = "Left to right: what the model is given, its colours, the real photo. Not chosen to please: look for what it loses. Photos as scikit-image ships them, CC0 or public domain."
ABOUT_PICTURES_ALT = "Photos in black and white, in the model's colours, and as they were taken"
ABOUT_TRAINED_ON = "Trained on"
ABOUT_PHOTOS = "{photos} {photos:photo|photos}."
ABOUT_TOLD = "42 630 small photographs collected from research and demonstration sets (Flickr8k, ImageNet samples, Oxford flowers, CUB birds, BSDS, SUN, Corel, Intel scenes, COCO and others), drawn so that no source and no subject dominates: people, birds, plants, animals, landscapes, buildings, streets, food, vehicles, indoor scenes and objects. Grey, sepia and nearly one-hued ones were left out of the first 20 000, and fog, snow and overcast skies with them; 1 594 muted ones were put in on purpose. A third of the newer ones are people, many from graded stock; some sources are squeezed to squares. For research and demonstration; train your own with the same commands on photos that you have the rights to."
ABOUT_TIME = "Training"
ABOUT_MINUTES = "{steps} {steps:step|steps} in {minutes:.0f} {minutes:minute|minutes}"
ABOUT_THREADS = "{threads} CPU {threads:thread|threads}"
ABOUT_LICENCE = "Licence"
ABOUT_LICENCE_NOTE = "The pictures keep their own."
ABOUT_REVISION = "Revision"
ABOUT_UNKNOWN = "not recorded"
ABOUT_FOOLED = "Taken for real in {rate:.0f} % of {votes} {votes:pair|pairs} (95 % interval {low:.0f} to {high:.0f} %); guessing gives 50 %."
ABOUT_NO_VOTES = "No votes yet: play the Turing test."
ABOUT_NOT_MEASURED = "These weights have not been measured yet."
ABOUT_MEASURED_TITLE = "Measured, against guesses that need no network"
ABOUT_MEASURED = "{photos} {photos:photo|photos} that it was not trained on. Lower is better for the error and for how often a simple classifier tells its pictures from real ones (50 % is perfect), higher for PSNR and AuC; the real photos' colourfulness is {real:.0f}."
ABOUT_METRICS = {
    "ab_rmse": "Colour error (ab RMSE)",
    "psnr": "PSNR, dB",
    "colorfulness": "Colourfulness",
    "auc_rebalanced": "AuC, rare colours count as much, %",
    "probe": "Told from real, %",
}
ABOUT_ROWS = {
    "grey": "Left grey",
    "constant mean ab": "One mean colour",
    "most common class": "The most common colour",
    "classification, T = 1": "This model, mean of its guesses",
}
ABOUT_THIS_MODEL = "This model"
ABOUT_NUMBER = "{value:.{digits}f}"
ABOUT_NOT_FOR = "What they must not be used for"
ABOUT_NOT_FOR_THIS = "As evidence of how anything or anybody looked: not in news, courts, medicine or science, not to tell people or their origin apart, and not in a way that hides that the colours are invented. Skin, hair, flags, uniforms and goods get the colours that were common in the training photos, which are no fair sample of the world."
ABOUT_HOW = "How it works"
ABOUT_HOW_IT_WORKS = "A photo in CIELAB has a lightness L and two colour values a and b. A black-and-white photo has L alone. The network, an EfficientNet-Lite with a small decoder, looks at a small copy of L and predicts a and b; those are enlarged along the edges of L and laid over the photo at its full size, so that its lightness stays as it was. Adjusting vividness or warmth only changes a and b, which is why it takes no second run of the network. The method follows Zhang et al., *Colorful Image Colorization*, 2016 ([arXiv:1603.08511](https://arxiv.org/abs/1603.08511))."
FOOTER = ": the model cards, the licence (Apache-2.0), how it works, and what the colours must not be used for."

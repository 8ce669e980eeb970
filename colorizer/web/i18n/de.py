"""Alle Sätze der Seite auf Deutsch, per du. Namen und {Felder} wie in `en`."""

from colorizer.web.i18n.de_messages import MESSAGES as MESSAGES

DECIMAL_MARK = ","
LANGUAGE = "de"
OTHER_LANGUAGE = ("en", "English")
CLOSE = "Schließen"
GRADIOS_LABELS = (
    ("number input for ", "Zahl für: "),
    ("range slider for ", "Regler für: "),
    ("Reset to default value", "Zurücksetzen"),
    ("Copy", "Kopieren"),
    ("Fullscreen", "Vollbild"),
)
KEYS_TITLE = "Tastatur"
KEYS = (
    ("Tab", "alles auf der Seite der Reihe nach"),
    ("← →", "die Linie zwischen vorher und nachher oder einen Regler bewegen"),
    ("N / P", "nächstes oder voriges Foto"),
    ("Strg V", "Fotos einfügen"),
    ("Esc", "das Vollbild verlassen"),
    ("?", "diese Liste"),
)

LEAD = "Leg ein Schwarz-Weiß-Foto ab und sieh es in glaubhaften Farben. Die Farben sind erfunden: die Vermutung eines trainierten Modells, kein Zeugnis."
DROP = "Leg Fotos irgendwo auf dieser Seite ab oder füg sie ein"
DROP_CHOOSE = "Fotos auswählen"
DROP_LIMIT = ("Bis zu", "Fotos auf einmal, jedes bis")
DROP_SENDING = "Deine Fotos werden gesendet …"
STILL_SENDING = "Deine Fotos werden noch gesendet: Versuch es gleich noch einmal."
COLORIZE = "Übrige Fotos färben"
CANCEL = "Abbrechen"
MODEL = "Wie gefärbt wird (etwa eine Sekunde je Foto)"
MODELS = {
    "classification": "Lebhaft: wählt aus einer Palette wahrscheinlicher Farben",
    "regression": "Vorsichtig: mittelt alle wahrscheinlichen Farben, ruhiger und näher am Original",
}
VIVIDNESS = "Farbkraft"
VIVIDNESS_HINT = "0 ist grau, 1 wie vom Modell gemeint"
WARMTH = "Wärme"
WARMTH_HINT = "Vom blauen Abendlicht bis zum goldenen Morgenlicht"

HUB_MODEL = "Ein anderes Modell"
HUB_MODEL_NAME = "Ein Checkpoint von Colorizer auf dem Hugging Face Hub"
HUB_MODEL_HINT = "Er wird geprüft, bevor er geladen wird; beim ersten Mal wird er heruntergeladen."
HUB_MODEL_USE = "Dieses Modell nehmen"
HUB_MODEL_BAD_NAME = "Gib das Modell als owner/name an, wie auf seiner Seite im Hub."

ERROR = "Das ging nicht"
NOTE = "Bitte beachten"
NO_PHOTO = "Wähl zuerst ein Foto aus."
NO_ADDRESS = "Schick das Foto selbst: Die Seite ruft keine Adressen ab."
LEFT_OUT_PHOTOS = "Höchstens {limit} {limit:Foto|Fotos} auf einmal: {left_out} {left_out:weiteres blieb|weitere blieben} draußen. Speichere, was fertig ist, lösch es und schick dann die anderen."
TOO_MANY_RUNS = (
    "Einige deiner Fotos oder Filme werden noch gefärbt: Warte, bis sie fertig sind, oder brich ab."
)
NOT_STORED = (
    "Der Server kann gerade keine Dateien speichern: Versuch es in einigen Minuten noch einmal."
)
TOO_MANY_REQUESTS = (
    "Von deiner Adresse kommen zu viele Anfragen auf einmal: Versuch es gleich noch einmal."
)
TOO_MANY_EVENTS = (
    "Für deine Adresse wartet zu viel: Versuch es noch einmal, wenn etwas davon fertig ist."
)
TOO_MANY_BYTES = (
    "Deine Adresse hat so viel geschickt, wie sie in einer Stunde darf: Mach später weiter."
)
REQUEST_TOO_LARGE = "Diese Anfrage ist zu groß: Schick Fotos als Upload."
REQUEST_STOPPED = "Die Anfrage brach mittendrin ab: Schick sie bitte noch einmal."
NO_MEMORY = "Im Moment ist nicht genug Speicher frei: Versuch es in einigen Minuten noch einmal."
BAD_VALUE = "Diese Angabe passt nicht zur Seite: Lade die Seite neu und versuch es noch einmal."
BAD_ARGUMENTS = "Das sind nicht die Angaben, die hier verlangt sind: siehe /gradio_api/info."
UNKNOWN_EVENT = "So etwas gibt es hier nicht."
FAILED = "Das hat nicht geklappt, und es liegt am Server: Versuch es noch einmal, und sag uns, wenn es so bleibt."
LOADING = "Das Modell wird geladen: Nach einem Start dauert das erste Foto einige Sekunden länger …"
WORKING = "Foto {number} von {total} wird gefärbt …"
SECONDS_LEFT = "Noch etwa {seconds} s."
MINUTES_LEFT = "Noch etwa {minutes} min."
DONE_SINGLE = "Dein Foto ist gefärbt."
DONE_MANY = "{done} von {total} Fotos sind gefärbt."
STOPPED = "Abgebrochen: {done} von {total} Fotos sind gefärbt."
REFUSED = "{refused} {refused:ließ|ließen} sich nicht färben: Die Liste sagt, warum."
PHOTOS_LABEL = "Deine Fotos: Wähl eins zum Ansehen aus"
PREVIOUS = "Voriges Foto"
NEXT = "Nächstes Foto"
BACK = "‹ Zurück zu meinem Foto"
APPLY_TO_ALL = "Diese Einstellungen für alle Fotos"
KEPT = "Deine Fotos bleiben eine Stunde auf diesem Server, auch wenn du die Seite neu lädst."
REMOVE = "Dieses Foto entfernen"
FORGET = "Jetzt löschen"
FORGOTTEN = "Deine Fotos und alles, was daraus entstand, sind gelöscht."
STATES = {
    "waiting": "wartet",
    "working": "wird gefärbt …",
    "done": "fertig",
    "refused": "abgelehnt",
    "stopped": "abgebrochen",
}

VIEW_BEFORE_AFTER = "Vorher und nachher"
VIEW_COMPARE = "Vergleich"
VIEW_REAL = "Echte Farben"
BEFORE_AFTER = "Links der Linie vorher, rechts nachher: Beweg die Linie"
PAIR_AFTER = "Nachher"
ENLARGE = "Vollbild"
SHRINK = "Vollbild verlassen"
DONE_ONE = "**{name}**: {width} × {height} Pixel, gefärbt in {seconds:.1f} s."
WAS_COLOUR = "Dieses Foto hat schon Farben: Nur seine Helligkeit wurde verwendet. *Echte Farben* zeigt beides."
COMPARE_BEFORE = "Vorher"
COMPARED = {"classification": "Lebhaft", "regression": "Vorsichtig"}
COMPARE_CHOSEN = "ist gewählt und wird gespeichert"
COMPARE_CHOOSE = "zum Wählen klicken"
COMPARE_REAL = "Echte Farben"
REAL_LABEL = "Links die echten Farben, rechts unsere: Zieh an der Linie"
REAL_FIGURES = "Mittlerer Abstand der Farben (ab RMSE): **{ab_rmse:.1f}** Lab-Einheiten. Farbigkeit: **{real:.0f}** in echt, **{ours:.0f}** bei uns. Weit weg heißt nicht unglaubhaft: Ein rotes Auto hätte genauso gut blau sein können."
NO_REAL = "Dieses Foto hat keine eigenen Farben zum Vergleichen."

HAND = {
    "begin": "Farben von Hand ändern",
    "end": "Vorher und nachher",
    "lead": "Klick auf das, was die falsche Farbe hat.",
    "picture": "Das gefärbte Foto: Klick auf eine Stelle, um ihre Farbe zu wählen, oder beweg das Kreuz mit den Pfeiltasten und drück die Eingabetaste",
    "after": "Nachher",
    "dot": "Stelle",
    "undo": "Rückgängig",
    "redo": "Wiederholen",
    "ctrl": "Strg",
    "zoom": "Vergrößern",
    "panel": "Die Farbe dieser Stelle",
    "likely": "Hier wahrscheinlich",
    "own": "In diesem Foto",
    "any": "Eine andere",
    "neutral": "Neutral",
    "reach": "Reichweite",
    "small": "Klein",
    "normal": "Normal",
    "large": "Groß",
    "remove": "Entfernen",
    "close": "Fertig",
    "inexact": "Diese Stelle ist zu dunkel oder zu hell für die Farbe: Zu sehen ist die nächste.",
    "clear": "Alle entfernen",
    "save": "Stellen speichern",
    "open": "Gespeicherte Stellen öffnen",
}
HAND_WAITS = "Palette, Vorbild und andere Fassungen brauchen das lebhafte Modell: Sie warten, bis du es wählst."

VERSIONS = "Andere Fassungen"
VERSION = "Fassung {number}"
VERSION_FIRST = "Erste Wahl"
NO_VERSIONS = "Das vorsichtige Modell kennt nur eine Fassung: Nimm das lebhafte Modell."
LIKE = "Farben wie …"
LIKE_DROP = "Leg ein Farbfoto ab, dessen Farben dieses haben soll"
LIKE_COLOURS = "Oder eine Liste von Farben"
LIKE_COLOURS_HINT = "Etwa #7a5c48, #d8c8a8 60%"
LIKE_USE = "Diese Farben nehmen"
LIKE_STRENGTH = "Wie sehr"
LIKE_REMOVE = "Wieder eigene Farben"
LIKE_PHOTO = "Das Foto, dessen Farben übernommen werden"
LIKE_COMING = "Die nächsten Fotos, die du ablegst, bekommen diese Farben. Für ein Foto, das schon da ist: *Farben wie …*, *Diese Farben nehmen*."
LIKE_ANOTHER = "Ein anderes Foto mit diesen Farben"

CERTAINTY = "Wie sicher ist sich das Modell?"
CERTAINTY_LABEL = "Links das Foto, rechts, wo seine Farben geraten sind: Zieh an der Linie"
CERTAINTY_FIGURES = "In {sure:.0f} % des Bildes ist sich das Modell seiner Farbe ziemlich sicher, in {guess:.0f} % rät es meistens."
CERTAINTY_SURE = "sicher"
CERTAINTY_GUESS = "geraten"
NO_CERTAINTY = "Das vorsichtige Modell sagt für jede Stelle nur eine Farbe voraus und weiß nicht, wie sicher es ist: Nimm das lebhafte Modell."
USED_COLOURS = "Die verwendeten Farben"

DOWNLOAD = "Foto herunterladen"
DOWNLOAD_ALL = "Alle als Zip"
DOWNLOAD_LAYER = "Farben als Ebene"
DOWNLOAD_BOTH = "Nebeneinander"
COPY = "Bild kopieren"
MAKING = "Die Datei wird in voller Größe erstellt …"
SAVING = "Speichern"
MARK = "In der Datei vermerken, dass die Farben erfunden sind"
SAVING_HINT = "Fotos behalten Name, Größe und Format. *Nebeneinander* zeigt vorher und nachher in einem Bild, zum Herumzeigen. Die Ebene ist ein durchsichtiges PNG nur mit den Farben: Leg sie in einem Bildprogramm im Modus *Normal* über dein Schwarz-Weiß-Foto, oder im Modus *Farbe*, wenn du das Foto darunter noch retuschierst; was falsch ist, radierst du weg."
PREPARING = "Foto {number} von {total} wird vorbereitet"
NOTHING_TO_SAVE = "Es gibt noch kein gefärbtes Foto."
LEFT_OUT = "Nicht im Zip: {names}."

THUMB_CONSENT = "Sag, wie es dir gefällt: Mein Daumen darf gespeichert werden, mit dem Modell und den Einstellungen, ohne das Foto"
THUMB_UP = "Daumen hoch: gute Farben"
THUMB_DOWN = "Daumen runter: falsche Farben"
THUMB_THANKS = "Danke, dein Daumen ist gespeichert."
THUMB_AGAIN = "Für dieses Bild hast du schon einen Daumen gegeben."
THUMB_NOT_STORED = "Nichts wurde gespeichert: Wähl erst ein Bild, und stimm zu."

EXAMPLES = {
    "cameraman": (
        "Kameramann",
        "eine alte Straßenszene: Himmel und Rasen gelingen, der Mantel ist geraten",
    ),
    "admiral": ("Porträt", "Gesicht und Uniform gelingen, Fahne und Orden verlieren ihre Farben"),
    "bridge": ("Brücke", "Himmel und Meer sind gut zu erkennen"),
    "leaves": (
        "Blätter",
        "manche Blätter gelingen, andere werden braun, und der Himmel bekommt einen roten Fleck",
    ),
    "coins": ("Münzen", "falsch: Der schwarze Stoff wird rot"),
    "retina": ("Netzhaut des Auges", "das Rot stimmt, ist aber zu rosa und ungleichmäßig"),
}
EXAMPLES_LABEL = "Beispiele: was klappt und was nicht"
EXAMPLE = "Ein Beispiel"
EXAMPLE_INVITATION = "Leg ein eigenes Foto ab, um es in Farbe zu sehen."

PRIVACY = "Fotos und Filme werden eingelesen, gefärbt und innerhalb von zwei Stunden gelöscht (Fotos einer Studie, die du anlegst, wenn ihre Zeit um ist); Ort und andere Metadaten kommen nie in das Ergebnis."
UNKNOWN_MODEL = "Es gibt kein Modell {model!r}; zur Wahl stehen: {known}."

TAB_COLORIZE = "Färben"
TAB_FILM = "Film"
TAB_PCA = "PCA"
TAB_PALETTE = "Palette"

FILM_LEAD = "Leg einen kurzen Schwarz-Weiß-Film ab und sieh ihn in glaubhaften Farben. Sein Licht und sein Ton bleiben, wie sie sind."
FILM_DROP = "Leg hier einen Film ab"
FILM_CHOOSE = "Film auswählen"
FILM_LIMIT = ("Die ersten", "Sekunden werden eingefärbt; größte Datei:")
FILM_SENDING = "Dein Film wird gesendet …"
FILM_MODEL = "Wie eingefärbt wird"
FILM_AGAIN = "Noch einmal einfärben"
FILM_BEGINS = "Dein Film wird angesehen …"
FILM_WORKING = "Bild {frames} ist eingefärbt."
FILM_WORKING_OF = "Bild {frames} von etwa {total} ist eingefärbt."
FILM_DONE = "Dein Film ist eingefärbt."
FILM_RESULT = "Dein Film in Farbe"
FILM_DOWNLOAD = "Film herunterladen"
FILM_KEPT = "Der Film bleibt eine Stunde auf diesem Server; wer die Seite neu lädt, beendet die Arbeit an ihm."
FILM_FORGET = "Jetzt löschen"
FILM_GONE = "Der Film und alles, was daraus entstand, sind gelöscht."

PREVIEW_DROP = (
    "Leg hier ein Foto ab oder füg eins ein. Bis dahin zeigt dieser Reiter das des ersten"
)
DROP_CHOOSE_ONE = "Foto auswählen"
PAIR_ORIGINAL = "Original"
PAIR_REBUILT = "Nachbau"
SAVE_PICTURE = "Bild speichern"
FULL_SIZE = "In voller Größe speichern"

PCA_LEAD = "Die Hauptkomponentenanalyse findet die Muster, aus denen ein Foto besteht. Behalte nur die stärksten und sieh, wie wenig genügt."
PCA_METHOD = "Muster von"
PCA_METHODS = {
    "patches": "Kacheln aus 8 × 8 Pixeln: mehr vom Foto in gleich vielen Zahlen",
    "rows": "Ganze Zeilen: so machte es das ursprüngliche Projekt",
}
PCA_VARIANCE = "Wie viel von den Unterschieden der Muster bleibt, % (Varianz)"
PCA_WORDS = "**{components} von {total} Mustern bleiben, {numbers} der Zahlen. {look}**"
PCA_LOOKS = {
    "same": "Kaum jemand sieht einen Unterschied.",
    "near": "Nur feine Einzelheiten gehen verloren.",
    "soft": "Es ist weicher, aber alles ist zu erkennen.",
    "coarse": "Nur die groben Formen bleiben.",
}
PCA_FIGURES = "In Zahlen: {variance} der Varianz in {components} von {total} Komponenten: {numbers} der Zahlen, {fidelity}, SSIM {ssim:.3f}."
IDENTICAL = "gleich dem Foto"
DECIBELS = "{psnr:.1f} dB"
PCA_BEFORE_AFTER = "Original und Nachbau: Zieh an der Linie"
PCA_COMPONENTS = "Die Komponenten selbst"
PCA_CURVE = "Summierte Varianz, %"
PCA_CURVE_X = "Komponenten"
PCA_TOO_LARGE = "In voller Größe geht PCA bis {limit} Megapixel; mach das Foto vorher kleiner."
PCA_BAD_REQUEST = "Die Methode muss rows oder patches sein, die Varianz über 0 bis 100 %."

PALETTE_LEAD = "K-Means fasst die Farben eines Fotos zu wenigen zusammen. Manche Fotos brauchen erstaunlich wenige, bis es jemand merkt. Klick auf eine Farbe, um ihren Code zu kopieren."
PALETTE_WAY = "Was zusammengefasst wird"
PALETTE_WAYS = {
    "ab": "Nur die Farbe: Das Foto behält seine Helligkeit",
    "lab": "Farbe und Helligkeit: klassische Posterfarben",
    "classifier": "Nichts: die eigene Palette des lebhaften Modells, alles, was es ausdrücken kann",
}
PALETTE_NUMBER = "Anzahl der Farben"
PALETTE_BEFORE_AFTER = "Original und Palette: Zieh an der Linie"
PALETTE_COLOURS = "{used} {used:Farbe|Farben}"
PALETTE_FEWER = "{used} von {asked} Farben (mehr sind in diesem Foto nicht zu unterscheiden)"
PALETTE_UNUSED = "{used} der {asked} Farben der Palette"
PALETTE_DISTANCE = "mittleres ΔE {mean:.1f} (etwa 2 ist gerade sichtbar), 95 % der Pixel unter {most:.1f}, {psnr:.1f} dB"
PALETTE_BAD_REQUEST = "Der Weg muss ab, lab oder classifier sein, die Anzahl zwischen 2 und 256."
NO_CLASSIFIER = "Das Klassifikationsmodell ist nicht da."
ELBOW = "Wie viele Farben braucht dieses Foto?"
ELBOW_ANSWER = "**Etwa {colours}: Dann ist der Unterschied kaum zu sehen (mittleres ΔE {distance:.1f}).** Das Bild hat jetzt so viele."
ELBOW_MORE = "**Mehr als {colours}: Selbst dann sieht man den Unterschied (mittleres ΔE {distance:.1f}).** Das Bild hat jetzt so viele."
ELBOW_X = "Farben"
ELBOW_Y = "Mittleres ΔE (etwa 2 ist gerade sichtbar)"
DOWNLOAD_GPL = "Palette für GIMP, Inkscape, Krita (.gpl)"
DOWNLOAD_CSS = "Palette fürs Web (.css)"

TAB_STUDY = "Turing-Test"
TAB_STUDY_PLAY = "Spielen"
TAB_STUDY_PRIVATE = "Deine eigenen Fotos"
TAB_STUDY_RESULTS = "Ergebnisse"

STUDY_LEAD = "Zwei Bilder von einem Foto. Im einen sind die Farben echt, im anderen hat sie ein Modell aus der Schwarz-Weiß-Fassung erfunden. Erkennst du, welches welches ist?"
STUDY_SESSION = "Eine Runde hat {trials} {trials:Paar|Paare}: {practice} zum Üben, bei {practice:dem|denen} du die Lösung gleich erfährst, und {counted}, {counted:dessen|deren} Lösung du am Ende siehst."
STUDY_EXPOSURE = "Jedes Paar ist {seconds:g} s zu sehen; antworte, so langsam du magst."
STUDY_SHORTENED = (
    "Das sind weniger als die üblichen {trials}, denn es gibt nur {photos} {photos:Foto|Fotos}."
)
STUDY_DEMO = "Dies sind Beispielfotos, die mit Colorizer kommen: gut für ein Spiel, zu wenige und zu bekannt für eine Studie."
STUDY_GO_ON = "Du hast {done} von {total} {total:Paar|Paaren} beantwortet."
STUDY_PREPARING = "Die Modelle färben noch die Fotos der Studie, {ready} {ready:ist|sind} fertig. Gleich kannst du anfangen."
STUDY_START = "Los geht’s"
STUDY_CONTINUE = "Weiterspielen"
STUDY_AGAIN = "Noch eine Runde mit Fotos, die du nicht kennst"
STUDY_SEEN_ALL = "Du hast alle Fotos dieser Studie gesehen. Danke fürs Mitmachen!"
STUDY_ANONYMOUS = "Deine Stimmen werden unter einer Zufallszahl gespeichert, die dein Browser behält, ohne Namen und Adresse."
STUDY_OPENING = "Die Studie wird gerade vorbereitet, versuch es gleich noch einmal."
STUDY_EMPTY = "Die Studie hat keine Farbfotos zum Zeigen."

TRIAL = {
    "question": "Welches hat die echten Farben?",
    "real": "Dieses ist echt",
    "pair": "Zwei Fassungen eines Fotos nebeneinander, eine davon mit erfundenen Farben",
    "first": "Bild 1",
    "second": "Bild 2",
    "practice": "Übung",
    "was_real": "Echt",
    "was_invented": "Erfunden",
    "right": "Richtig!",
    "wrong": "Diesmal nicht.",
    "next": "Nächstes Paar",
    "gone": "Die Zeit ist um: Welches war echt?",
    "retrying": "Die Verbindung ist langsam, neuer Versuch …",
    "offline": "Der Server antwortet nicht. Deine Antwort ist nicht angekommen; drück noch einmal.",
}

RESULT = "{correct} von {scored} richtig"
RESULT_CHANCE = (
    "Raten ergibt {expected:g}; {share} von denen, die nur raten, haben so viele oder mehr."
)
RESULT_RARE = "weniger als 1 %"
RESULT_SPEED = "Deine mittlere Antwort dauerte {seconds:.1f} s."
RESULT_SCALE = "Unterschiedene Paare: {percent:.0f} %, Raten ergibt 50 %"
RESULT_SCALE_CHANCE = "geraten"
RESULT_SCALE_YOU = "du"
RESULT_FOOLED = "Diese erfundenen Farben haben dich getäuscht"
RESULT_FOOLED_NONE = "Keine erfundenen Farben haben dich getäuscht."
RESULT_MISTAKE = "Bild {number} war echt; {model} hat das andere gefärbt."
RESULT_REAL = "echt"
RESULT_PRIVATE = "Das war dein privater Test: Nichts davon wird gespeichert oder gezählt."
SHARE = "Zum Teilen"
SHARED = "Ich habe bei {correct} von {scored} {scored:Foto|Fotos} die echten Farben von den erfundenen eines Computers unterschieden. Raten ergibt {expected:g}."
SHARED_PRIVATE = "Ich habe bei {correct} von {scored} meiner eigenen Fotos die echten Farben von den erfundenen eines Computers unterschieden. Raten ergibt {expected:g}."
MODEL_NAMES = {
    "classification": "Lebhaftes Modell (Klassifikation)",
    "regression": "Vorsichtiges Modell (Regression)",
}
MODEL_SHORT = {"classification": "das lebhafte Modell", "regression": "das vorsichtige Modell"}

TAB_STUDY_PREFER = "Welches gefällt dir besser?"
PREFER_LEAD = "Ein Foto, von zwei Modellen gefärbt. Beide Fassungen sind erfunden; welche gefällt dir besser? Höchstens zehn Paare am Stück. Ein Foto, das du hier vergleichst, kommt in deinem Turing-Test nicht mehr vor: Spiel den also zuerst, wenn du magst."
PREFER_START = "Vergleichen"
PREFER_THANKS = "Danke: Deine Antworten sind da. Du kannst mit anderen Fotos weitermachen."
PREFER = {
    **TRIAL,
    "question": "Welche Farben gefallen dir besser?",
    "real": "Diese gefallen mir besser",
    "pair": "Ein Foto in den Farben zweier Modelle, nebeneinander",
}
RESULTS_STRENGTHS = "Vorgezogen, Modell gegen Modell"
RESULTS_STRENGTH_COLUMNS = (
    "",
    "Vorgezogen, %",
    "Stärke, Log-Odds",
    "95-%-Intervall",
    "Teilnehmende",
    "Paare",
)
RESULTS_STRENGTHS_HOW = "Stärken nach Bradley und Terry: 0 ist das Mittel aller Modelle, und ein Modell, das um 1 stärker ist als ein anderes, wird ihm in 73 % der Paare vorgezogen. Die Intervalle entstehen, indem eine Person nach der anderen weggelassen wird."
RESULTS_STRENGTH_RANGE = "{low:.2f} … {high:.2f}"
RESULTS_STRENGTH = "{value:.2f}"

PRIVATE_LEAD = "Spiel mit eigenen Farbfotos: Sie werden neu gefärbt, und du wirst gefragt, welche Fassung echt ist. Der Test gehört nur dir: Seine Bilder werden nicht behalten, deine Antworten nicht gezählt."
PRIVATE_DROP = "Deine Farbfotos"
PRIVATE_START = "Teste mich damit"
PRIVATE_WORKING = "{name} wird gefärbt"
PRIVATE_LEFT_OUT = (
    "Die ersten {limit} Fotos wurden genommen; {left_out} {left_out:weiteres fehlt|weitere fehlen}."
)

TAB_STUDY_OWN = "Studie anlegen"
OWN_LEAD = "Mach aus deinen eigenen Farbfotos diesen Test für Freundinnen und Freunde. Sie bekommen einen Link und spielen; du bekommst einen anderen, mit den Ergebnissen. Ohne Link findet niemand die Studie. Deine Fotos bleiben mit 512 Pixeln und ohne ihre Metadaten hier, bis die Zeit um ist oder du die Studie löschst."
OWN_DATASET = "Dazu oder stattdessen: ein öffentlicher Datensatz auf dem Hugging Face Hub"
OWN_DATASET_HINT = "Seine Bilddateien werden einzeln geholt, so viele, wie noch Platz haben; Fotos in Archiven oder Tabellen werden nicht gefunden."
OWN_DATASET_BAD_NAME = "Gib den Datensatz als owner/name an, wie auf seiner Seite im Hub."
OWN_NAME = "Name der Studie, den die anderen sehen"
OWN_MODELS = "Modelle, die die Fotos färben"
OWN_STRENGTH = "Stärke ihrer Farben: Jede macht aus ihnen ein weiteres Modell"
OWN_STRENGTHS = {"paler": "blasser", "meant": "wie das Modell es meint", "stronger": "kräftiger"}
OWN_LENGTH = "Paare in einer Runde"
OWN_EXPOSURE = "Zeit, ein Paar anzusehen"
OWN_DAYS = "Aufbewahrt für"
OWN_KEPT = {"1": "1 Tag", "7": "1 Woche", "30": "1 Monat", "90": "3 Monate"}
OWN_CREATE = "Studie anlegen"
OWN_READY = "Die Studie hat {photos} Fotos. Die Modelle färben sie jetzt, und gleich kann gespielt werden. Am {until} wird sie gelöscht."
OWN_FRIENDS = "Link für die anderen"
OWN_OWNER = (
    "Dein Link: Ergebnisse, Stimmen, Löschen. Heb ihn auf, niemand kann ihn dir noch einmal geben"
)
OWN_PLAYED = (
    "**{name}**: eine Studie, die jemand mit eigenen Fotos angelegt hat; sie endet am {until}."
)
OWN_UNNAMED = "Eine Studie ohne Namen"
OWN_STATE = "{ready} von {found} Fotos sind fertig, {skipped} ließen sich nicht verwenden. Am {until} wird die Studie gelöscht."
OWN_DELETE = "Diese Studie löschen"
OWN_DELETE_SURE = "Ja, mit Fotos und allen Stimmen löschen"
OWN_DELETED = "Die Studie ist gelöscht, mit ihren Fotos und allen Stimmen."
MODEL_AT = "{model} mit Farbkraft {vividness:g}"

RESULTS_THUMBS = "Daumen unter gefärbten Fotos"
RESULTS_THUMB_COLUMNS = ("", "hoch", "runter")

RESULTS_HOW = "Jedes Paar zeigt ein Foto zweimal: so, wie es aufgenommen wurde, und gefärbt von einem Modell, das nur seine Helligkeit sah; Foto, Modell und Seite zieht ein Zufallsgenerator. Beide Bilder nehmen denselben Weg auf den Bildschirm, sodass sie sich nur in den Farben unterscheiden, und niemand sieht ein Foto zweimal. Übungspaare zählen nicht, und ein paar Paare mit absurden Farben zeigen nur, wer hinsieht. Die **Täuschungsrate** ist der Anteil der übrigen Paare, in denen erfundene Farben für echt gehalten wurden: Bei 50 %, so viel ergibt Raten, sind die Farben eines Modells nicht von Fotos zu unterscheiden. Die Farben des echten Fotos werden so grob gemacht wie die eines Modells, sonst verriete sie ihre Feinheit; wie kräftig und wie verschieden die Farben sind, bleibt, weil es zu dem gehört, was beurteilt wird. Eine Runde, die mehr als ein absurdes Paar und mehr als ein Viertel davon für echt hält (bei vieren kommt, wer zufällig klickt, in 5 von 16 Fällen durch) oder deren mittlere Antwort nach weniger als 0,3 s kommt, bleibt in den Daten, aber nicht in den Raten, und die Intervalle (95 %) entstehen, indem die Teilnehmenden neu gezogen werden."
RESULTS_NONE = "Noch zählt keine Stimme: Spiel als Erste oder Erster."
RESULTS_TITLE = "Täuschungsrate, %"
RESULTS_CHANCE = "geraten: 50"
RESULTS_PUBLISHED = "Veröffentlicht, zum Einordnen"
RESULTS_CAVEAT = "Veröffentlichte Raten stammen von anderen Fotos, Menschen und Bildschirmen: Dasselbe Verfahren schwankt von Studie zu Studie um einige Punkte, also ist das keine Rangliste."
RESULTS_EXPOSURE = "{seconds:g} s"
RESULTS_UNLIMITED = "ohne Zeitgrenze"
RESULTS_SPOKEN = "{name}: {rate:.0f} %, 95-%-Intervall {low:.0f} bis {high:.0f} %"
RESULTS_BY_MODEL = "Nach Modell"
RESULTS_BY_REVISION = "Nach Checkpoint"
RESULTS_BY_SUBJECT = "Nach Motiv"
RESULTS_BY_PHOTO = "Nach Foto"
RESULTS_PHOTOS = "Die Fotos, die am meisten und am wenigsten täuschen, nur als Nummer: Wer sie in echt gesehen hat, könnte nicht mehr ehrlich spielen. Fotos mit weniger als {votes} Stimmen fehlen."
RESULTS_COLUMNS = (
    "",
    "Gezeigt für",
    "Getäuscht, %",
    "95-%-Intervall",
    "Teilnehmende",
    "Paare",
    "Bild 1 gewählt, %",
    "Mittlere Antwort, s",
    "Intervall aus",
)
RESULTS_SUBJECT_COLUMNS = (
    "",
    "Gezeigt für",
    "Getäuscht, %",
    "95-%-Intervall",
    "Teilnehmende",
    "Paare",
)
RESULTS_PHOTO_COLUMNS = ("", "Gezeigt für", "Getäuscht, %", "95-%-Intervall (Wilson)", "Paare")
RESULTS_PROVISIONAL = "vorläufig"
RESULTS_COUNTS = "Teilnehmende: {participants}. Stimmen, die zählen: {counted}, ausgeschlossen: {excluded}. Durchschaute absurde Paare: {catch}."
RESULTS_EXCLUDED = "{votes} wegen: {reason}"
RESULTS_EXCLUSIONS = {
    "failed catch trials": "absurde Paare für echt gehalten",
    "impossible speed": "unmöglich schnell",
    "voted during exposure": "Antwort, bevor das Paar ganz gezeigt war",
}
RESULTS_NUMBER = "{value:.1f}"
RESULTS_RANGE = "{low:.1f} – {high:.1f}"
RESULTS_PUBLISHED_RATE = "{name}: {rate:.1f} %"
RESULTS_SHOWN = "{source}, {seconds:g} s lang gezeigt"
RESULTS_METHODS = {"participant bootstrap": "Ziehen der Teilnehmenden", "Wilson": "Wilson"}
RESULTS_SUBJECTS = {
    "animal": "Tier",
    "bird": "Vogel",
    "building": "Gebäude",
    "food": "Essen",
    "landscape": "Landschaft",
    "person": "Mensch",
    "plant": "Pflanze",
    "thing": "Ding",
    "unknown": "unbekannt",
}
RESULTS_NONE_COUNTS = "Keine Stimme zählt: Die abgegebenen schließt die Regel unten aus."
RESULTS_STUDY = "Studie"
RESULTS_STUDY_NAME = "{name}: {votes} {votes:Stimme|Stimmen} vom {first} bis {last}"
RESULTS_UNNAMED = "bevor Studien Namen hatten"
RESULTS_OWNER = "Für den Veranstalter der Studie"
RESULTS_OWNER_HOW = "Der Schlüssel ist, was beim Start der Seite in COLORIZER_STUDY_KEY stand. Er öffnet die Ergebnisse, ohne zu spielen, und die Stimmen als Datei. In einer Studie, die du hier angelegt hast, tritt dein eigener Link an seine Stelle."
RESULTS_KEY = "Schlüssel"
RESULTS_OPEN = "Öffnen"
RESULT_NOT_COUNTED = {
    "failed catch trials": "Danke fürs Spielen! Diese Runde zählt in der Studie nicht: In einigen Paaren waren die Farben mit Absicht absurd, ein Regenbogen über dem ganzen Bild, und mehr als eines davon wurde für echt gehalten. Das passiert, wenn man müde ist oder es eilig hat; die nächste Runde zählt wieder.",
    "impossible speed": "Danke fürs Spielen! Diese Runde zählt in der Studie nicht: Die Hälfte der Antworten kam schneller, als man zwei Bilder ansehen kann. Die nächste Runde zählt wieder.",
}
RESULT_OTHERS = "{participants} {participants:andere Person hat|andere haben} gespielt und im Mittel {percent:.0f} % der Paare unterschieden. Du warst besser als {below} davon."
RESULT_ALL = "Alle meine Antworten zeigen"
RESULT_ALL_TITLE = "Alle deine Antworten"
RESULT_RIGHT = "richtig"
RESULT_WRONG = "falsch"
RESULT_TO_RESULTS = "Ergebnisse der Studie"
RESULT_TO_PRIVATE = "Mit eigenen Fotos spielen"
RESULTS_CSV = "Datei mit allen Stimmen schreiben"
RESULTS_DOWNLOAD = "Stimmen herunterladen"
RESULTS_REFRESH = "Neu laden"

TAB_ABOUT = "Über die Modelle"
ABOUT_LEAD = "Beide Modelle sind kleine Netze, die nichts kennen als ihre Trainingsfotos. Was jedes gelernt hat, wie weit es damit kommt und wofür es nicht verwendet werden darf."
ABOUT_WHAT = {
    "classification": "Sagt für jede Stelle voraus, wie wahrscheinlich jede von vielen Farben ist, und wählt zwischen der wahrscheinlichsten und dem Mittel: lebhaft, manchmal falsch.",
    "regression": "Sagt für jede Stelle eine Farbe voraus, das Mittel des Möglichen: vorsichtig, blasser, im Durchschnitt näher an der Wahrheit.",
}
ABOUT_PICTURES_FOLDED = "Vier Fotos mit ihren echten Farben. Sie kommen auch im Turing-Test mit den Beispielfotos vor: Spiel zuerst"
ABOUT_PICTURES = "Von links nach rechts: was das Modell bekommt, seine Farben, das echte Foto. Nicht zum Gefallen ausgesucht: Achte darauf, was verloren geht. Fotos aus scikit-image, CC0 oder gemeinfrei."
ABOUT_PICTURES_ALT = (
    "Fotos in Schwarz-Weiß, in den Farben des Modells und so, wie sie aufgenommen wurden"
)
ABOUT_TRAINED_ON = "Gelernt aus"
ABOUT_PHOTOS = "{photos} {photos:Foto|Fotos}."
ABOUT_TOLD = "42 630 kleine Fotos aus Forschungs- und Beispielsammlungen (Flickr8k, Auszüge aus ImageNet, Oxford Flowers, CUB Birds, BSDS, SUN, Corel, Intel Scenes, COCO und andere), so gezogen, dass keine Quelle und kein Motiv überwiegt: Menschen, Vögel, Pflanzen, Tiere, Landschaften, Gebäude, Straßen, Essen, Fahrzeuge, Innenräume und Gegenstände. Graue, sepiafarbene und fast einfarbige wurden bei den ersten 20 000 weggelassen, und mit ihnen Nebel, Schnee und bedeckte Himmel; 1 594 blasse sind mit Absicht dabei. Ein Drittel der neueren zeigt Menschen, viele aus bearbeiteten Bildagentur-Fotos; manche Quellen sind zu Quadraten gestaucht. Für Forschung und Vorführung; trainiere mit denselben Befehlen auf Fotos, an denen du die Rechte hast."
ABOUT_TIME = "Training"
ABOUT_MINUTES = "{steps} {steps:Schritt|Schritte} in {minutes:.0f} {minutes:Minute|Minuten}"
ABOUT_THREADS = "{threads} {threads:Thread|Threads} eines Prozessors"
ABOUT_LICENCE = "Lizenz"
ABOUT_LICENCE_NOTE = "Die Bilder behalten ihre eigene."
ABOUT_REVISION = "Stand"
ABOUT_UNKNOWN = "nicht festgehalten"
ABOUT_FOOLED = "In {rate:.0f} % von {votes} {votes:Paar|Paaren} für echt gehalten (95-%-Intervall {low:.0f} bis {high:.0f} %); Raten ergibt 50 %."
ABOUT_NO_VOTES = "Noch keine Stimmen: Spiel den Turing-Test."
ABOUT_NOT_MEASURED = "Diese Gewichte sind noch nicht gemessen worden."
ABOUT_MEASURED_TITLE = "Gemessen, gegen Vermutungen, die kein Netz brauchen"
ABOUT_MEASURED = "{photos} {photos:Foto|Fotos}, aus {photos:dem|denen} es nicht gelernt hat. Kleiner ist besser beim Fehler und dabei, wie oft ein einfacher Klassifikator seine Bilder von echten unterscheidet (50 % ist vollkommen), größer bei PSNR und AuC; die Farbigkeit der echten Fotos ist {real:.0f}."
ABOUT_METRICS = {
    "ab_rmse": "Farbfehler (ab RMSE)",
    "psnr": "PSNR, dB",
    "colorfulness": "Farbigkeit",
    "auc_rebalanced": "AuC, seltene Farben zählen gleich viel, %",
    "probe": "Von echt unterschieden, %",
}
ABOUT_ROWS = {
    "grey": "Grau gelassen",
    "constant mean ab": "Eine mittlere Farbe",
    "most common class": "Die häufigste Farbe",
    "classification, T = 1": "Dieses Modell, Mittel seiner Vermutungen",
}
ABOUT_THIS_MODEL = "Dieses Modell"
ABOUT_NUMBER = "{value:.{digits}f}"
ABOUT_NOT_FOR = "Wofür sie nicht verwendet werden dürfen"
ABOUT_NOT_FOR_THIS = "Als Beleg dafür, wie etwas oder jemand aussah: nicht in Nachrichten, vor Gericht, in Medizin oder Wissenschaft, nicht, um Menschen oder ihre Herkunft zu unterscheiden, und nicht so, dass verborgen bleibt, dass die Farben erfunden sind. Haut, Haare, Fahnen, Uniformen und Waren bekommen die Farben, die in den Trainingsfotos üblich waren, und die sind kein gerechtes Abbild der Welt."
ABOUT_HOW = "Wie es funktioniert"
ABOUT_HOW_IT_WORKS = "Ein Foto hat in CIELAB eine Helligkeit L und zwei Farbwerte a und b, ein Schwarz-Weiß-Foto nur L. Das Netz, ein EfficientNet-Lite mit einem kleinen Decoder, sieht eine kleine Kopie von L und sagt a und b voraus; die werden entlang der Kanten von L vergrößert und über das Foto in voller Größe gelegt, sodass seine Helligkeit bleibt, wie sie war. Farbkraft und Wärme ändern nur a und b, darum braucht es dafür keinen zweiten Lauf des Netzes. Das Verfahren folgt Zhang et al., *Colorful Image Colorization*, 2016 ([arXiv:1603.08511](https://arxiv.org/abs/1603.08511))."
FOOTER = ": die Modellkarten, die Lizenz (Apache-2.0), wie es funktioniert und wofür die Farben nicht verwendet werden dürfen."

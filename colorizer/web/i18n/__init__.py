"""Every sentence of the page, in the language of whoever reads it: `texts.DROP`.

A language is one module named by its code, with the same names and the same `{fields}` as `en`,
and a second one beside it for what the library says (`MESSAGES`); add it to `LANGUAGES` and it is spoken. What an event
answers is in the language of its request. The page itself is built once for everybody: inside
`placeholders()` the same names are placeholders such as `%%DROP%%`, filled by `filled` when the page
is sent (`spoken_page`). They have no fields yet, so sentences with fields are for events.

Gradio's own `gr.I18n` translates labels, values and hints in the browser, but not the choices of
a radio button, the properties of HTML components, nor anything that an event answers.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from string import Formatter
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers
from starlette.types import Scope

from colorizer.errors import ColorizerError, Message
from colorizer.web import gradio_internals
from colorizer.web.i18n import de, en

LANGUAGES: dict[str, ModuleType] = {"en": en, "de": de}
"""By ISO 639-1 code; the first is for everybody who reads none of the others."""

_PLACEHOLDER = re.compile(rb"%%([A-Z0-9_]+(?:\.\w+)*)%%")
_HTML_MARKUP = str.maketrans({c: f"\\u{ord(c):04x}" for c in "<>&'"})


def language_of(headers: Mapping[str, str]) -> str:
    """The code of the language of a request: the one chosen on the page, or the browser's own."""
    chosen = re.search(r"(?:^|;\s*)colorizer-language=(\w+)", headers.get("cookie") or "")
    if chosen and chosen.group(1) in LANGUAGES:
        return chosen.group(1)
    return best_language(headers.get("accept-language") or "")


def best_language(accepted: str) -> str:
    """The code of the language that an Accept-Language header asks for most."""
    save_options = []
    for wish in accepted.split(","):
        name, _, weight = wish.partition(";q=")
        try:
            save_options.append((float(weight or 1), name.strip().split("-")[0].lower()))
        except ValueError:
            continue
    ranked = sorted((w for w in save_options if w[0] > 0), key=lambda w: -w[0])
    return next((code for _, code in ranked if code in LANGUAGES), next(iter(LANGUAGES)))


@contextmanager
def placeholders() -> Iterator[None]:
    """Inside, every text is a placeholder: for what is built once and sent to everybody."""
    token = _building.set(True)
    try:
        yield
    finally:
        _building.reset(token)


def filled(page: bytes, language: str) -> bytes:
    """The page with texts in place of placeholders, all of which are inside JSON strings."""

    def text(match: re.Match[bytes]) -> bytes:
        said = _looked_up(LANGUAGES[language], match.group(1).decode())
        return json.dumps(said)[1:-1].translate(_HTML_MARKUP).encode()

    return _PLACEHOLDER.sub(text, page)


def told(said: ColorizerError | Message) -> str:
    """What the library says, in the language of the request that is being answered."""
    message = said.message if isinstance(said, ColorizerError) else said
    language = _language()
    return Sentence.of(language.MESSAGES[message.code], language.DECIMAL_MARK).format(
        **message.fields
    )


def in_language_of(scope: Scope, name: str) -> str:
    """The text called `name` in the language that a request asks for; outside of events."""
    accepted = Headers(scope=scope).get("accept-language", "")
    return str(getattr(LANGUAGES[best_language(accepted)], name))


def _language() -> ModuleType:
    """That of the request which is being answered."""
    request = gradio_internals.current_request()
    return LANGUAGES[language_of(request.headers if request else {})]


def _looked_up(module: ModuleType, name: str) -> str:
    """The text behind a placeholder; `MODELS.regression` and `EXAMPLES.coffee.0` lead inside."""
    first, *rest = name.split(".")
    value: Any = getattr(module, first)
    for key in rest:
        value = value[int(key)] if isinstance(value, tuple) else value[key]
    return str(value)


def _placeholder(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _placeholder(f"{name}.{key}", inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(_placeholder(f"{name}.{n}", inner) for n, inner in enumerate(value))
    return f"%%{name}%%"


class Sentence(str):
    """A text that writes the numbers in its fields with the decimal mark of its language.

    `{photos} {photos:photo|photos}` is one word for 1 and another for every other number.
    """

    mark = "."

    @classmethod
    def of(cls, text: str, mark: str) -> "Sentence":
        """The text with a decimal mark."""
        sentence = cls(text)
        sentence.mark = mark
        return sentence

    def format(self, *values: object, **fields: object) -> str:
        """As for every string."""
        return _NumberWriter(self.mark).vformat(self, values, fields)


class _NumberWriter(Formatter):
    def __init__(self, mark: str) -> None:
        self._mark = mark

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            one, more = format_spec.split("|")
            return one if round(value) == 1 else more
        written = str(super().format_field(value, format_spec))
        return written.replace(".", self._mark) if isinstance(value, float) else written


_building: ContextVar[bool] = ContextVar("building", default=False)
_placeholders = SimpleNamespace(
    **{name: _placeholder(name, value) for name, value in vars(en).items() if name.isupper()}
)

if TYPE_CHECKING:
    from colorizer.web.i18n.en import *  # noqa: F403 - the names that every language has
else:

    def __getattr__(name: str) -> Any:
        """The text called `name`, in the language of the request that is being answered."""
        if not name.isupper():
            raise AttributeError(f"there is no text called {name}")
        if _building.get():
            return getattr(_placeholders, name)
        language = _language()
        text = getattr(language, name)
        return Sentence.of(text, language.DECIMAL_MARK) if isinstance(text, str) else text

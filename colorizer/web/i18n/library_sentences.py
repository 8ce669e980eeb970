"""The library's sentences in the language of the visitor, found by their English.

An error crosses processes and states as its sentence, so the sentence itself is the key: what
stands in place of a template's fields is put into the same fields of the other language.
"""

import re
from string import Formatter

from colorizer.web import i18n
from colorizer.web.i18n import en

_NUMBER = re.compile(r"\d+\.\d+")


def in_their_language(sentence: str) -> str:
    """The sentence as the request's language says it; as it is where nobody has translated it."""
    for key, pattern in _PATTERNS.items():
        if match := pattern.fullmatch(sentence):
            fields = {name: _number(said) for name, said in match.groupdict().items()}
            return i18n.LIBRARY[key].format(**fields)
    return sentence


def _pattern(template: str) -> re.Pattern[str]:
    parts = (
        re.escape(before) + (f"(?P<{field}>.+?)" if field else "")
        for before, field, _, _ in Formatter().parse(template)
    )
    return re.compile("".join(parts), flags=re.DOTALL)


def _number(said: str) -> str:
    return said.replace(".", i18n.DECIMAL_MARK) if _NUMBER.fullmatch(said) else said


_PATTERNS = {key: _pattern(template) for key, template in en.LIBRARY.items()}

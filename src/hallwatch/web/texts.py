"""The console's texts in the language of whoever asks. English is the source; catalogues are read once, at the start.

Rooms below this one know nothing of languages and write English lines. ``said`` translates such a line whole, when it
is shown: as it stands, or by a message of the catalogue with ``{holes}`` in it.
"""

from __future__ import annotations

import io
import re
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

SOURCE = "en"
LANGUAGES = {"en": "English", "es": "Español"}
"""What can be chosen, by code, each by its own name."""
CATALOGUES = Path(__file__).parent / "locale"
HOLE = re.compile(r"\{(\w+)\}")
LONGEST_LINE = 1000
"""A longer line is not held against messages with holes."""

_LANGUAGE: ContextVar[str] = ContextVar("language", default=SOURCE)


class Texts:
    """One language: its locale, its translations, and the lines with holes."""

    def __init__(self, language: str) -> None:
        self.locale = Locale(language, "US")
        self._translations = NullTranslations()
        self._whole: dict[str, str] = {}
        self._lines: list[tuple[re.Pattern[str], str]] = []
        if language != SOURCE:
            self._read(CATALOGUES / language / "LC_MESSAGES" / "hallwatch.po")

    def _read(self, path: Path) -> None:
        with path.open("rb") as file:
            catalogue = read_po(file, self.locale)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        self._translations = Translations(compiled)
        self._whole = {
            message.id: message.string
            for message in catalogue
            if isinstance(message.id, str) and isinstance(message.string, str) and message.string
        }
        with_holes = [message for message in self._whole if HOLE.search(message)]
        for message in sorted(with_holes, key=lambda one: len(HOLE.sub("", one)), reverse=True):
            self._lines.append((_pattern(message), self._whole[message]))

    def gettext(self, message: str) -> str:
        """The message in this language."""
        return self._translations.gettext(message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The message for so many."""
        return self._translations.ngettext(one, many, count)

    def said(self, line: str) -> str:
        """A line of a room below; what no catalogue knows stays English."""
        if not line or not self._lines:
            return line
        if line in self._whole:
            return self._whole[line]
        if len(line) > LONGEST_LINE:
            return line
        for pattern, translation in self._lines:
            if found := pattern.fullmatch(line):
                parts = {name: self.said(part) for name, part in found.groupdict().items()}
                return translation.format(**parts)
        about, colon, rest = line.partition(": ")
        return f"{about}{colon}{self.said(rest)}"


@cache
def texts_in(spoken: str) -> Texts:
    """The texts of one of LANGUAGES, read once."""
    return Texts(spoken)


def N_(message: str) -> str:
    """Marks a message that is translated when it is shown."""
    return message


def speak(language: str) -> None:
    """From here on, in this request, this language of LANGUAGES."""
    _LANGUAGE.set(language)


def language() -> str:
    """The code of the language of this request."""
    return _LANGUAGE.get()


def locale() -> Locale:
    """How this language writes numbers and days, in the United States."""
    return texts_in(language()).locale


def gettext(message: str) -> str:
    """The message in the language of this request."""
    return texts_in(language()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """The message for so many, in the language of this request."""
    return texts_in(language()).ngettext(one, many, count)


def said(line: str) -> str:
    """An English line of a room below, in the language of this request."""
    return _said(language(), line)


@lru_cache(maxsize=512)
def _said(spoken: str, line: str) -> str:
    return texts_in(spoken).said(line)


def _pattern(message: str) -> re.Pattern[str]:
    """What a line made from the message looks like; ``count`` is a number, any other hole is whatever stands there."""
    pieces = HOLE.split(message)
    names = pieces[1::2]
    text = "".join(
        re.escape(piece) if number % 2 == 0 else f"(?P<{piece}>{'[0-9.,]+' if piece == 'count' else '.+?'})"
        for number, piece in enumerate(pieces)
    )
    assert len(set(names)) == len(names), f"one hole twice: {message}"
    return re.compile(text, re.DOTALL)

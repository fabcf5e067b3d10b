"""Papers in two languages, from templates that escape everything: as a page to print, and as a PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

from babel import Locale
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hallwatch.core.appeal import ACKNOWLEDGE_DAYS
from hallwatch.core.notice import KeptFor
from hallwatch.core.paper import AnswerPaper, NoticePaper, Paper, ReceiptPaper
from hallwatch.report.pdf import pdf_of

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATE: dict[type[Paper], str] = {
    NoticePaper: "notice.html",
    AnswerPaper: "answer.html",
    ReceiptPaper: "receipt.html",
}
STYLE = "/static/paper.css"
"""Where a browser finds the papers' style."""


class Language(Protocol):
    """One language's texts."""

    locale: Locale

    def gettext(self, message: str) -> str:
        """The message in this language."""

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The message for so many."""


class Papers:
    """Makes papers; safe from any thread. ``style`` is the CSS text that ``STYLE`` serves, ``kept`` what the place's
    law says about pictures."""

    def __init__(self, languages: Mapping[str, Language], style: str, kept: KeptFor | None) -> None:
        self._style, self._kept = style, kept
        self._languages = {code: _environment(language) for code, language in languages.items()}

    def page(self, paper: Paper, first: str) -> str:
        """The paper as a page that is printed from a browser, in every language, ``first`` the first."""
        return self._html(paper, first, "")

    def pdf(self, paper: Paper, first: str) -> bytes:
        """The same as a tagged PDF. Raises PaperError where no PDF can be made here."""
        return pdf_of(self._html(paper, first, self._style))

    def _html(self, paper: Paper, first: str, style: str) -> str:
        template = TEMPLATE[type(paper)]
        codes = sorted(self._languages, key=lambda code: code != first)
        said = [
            self._languages[code]
            .get_template(template)
            .render(
                paper=paper,
                language=code,
                kept=self._kept,
                acknowledge_days=ACKNOWLEDGE_DAYS,
                kind=paper.kind.get(code, ""),
            )
            for code in codes
        ]
        whole = self._languages[codes[0]].get_template("paper.html")
        return whole.render(language=codes[0], parts=said, style=style, link=STYLE, paper=paper, of=template)


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext, language.ngettext, newstyle=True
    )
    day: Callable[[date], str] = partial(format_date, format="long", locale=language.locale)
    environment.filters["day"] = day
    return environment

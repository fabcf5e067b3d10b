"""Papers: what a listed person reads, in both languages, read back from the PDF; nothing is fetched for them."""

from __future__ import annotations

import io
import socket
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest
from PIL import Image
from pypdf import PdfReader

from hallwatch.adapters.images import decode_image
from hallwatch.core.appeal import Appeal, Outcome
from hallwatch.core.listing import Terms
from hallwatch.core.notice import Particulars
from hallwatch.core.paper import AnswerPaper, NoticePaper
from hallwatch.entry.own_papers import papers_under
from hallwatch.errors import ImageError, PaperError
from hallwatch.report.papers import Papers
from hallwatch.report.pdf import pdf_of

DISTRICT = Particulars(
    "Springfield Public Schools",
    "Office of Student Services",
    "12 Oak Street",
    "+1 417 555 0100",
    10,
    30,
    "en",
)
TERMS = Terms(
    kind="trespass",
    reason="Threatened staff on 3 May",
    authority="Superintendent",
    photo_source="licence",
    starts=date(2026, 11, 24),
    ends=date(2027, 6, 30),
    document="Order 12",
    schools=frozenset({"North", "West"}),
    conditions="To the play on 4 May, escorted",
    conditions_until=date(2027, 5, 4),
)
NOTICE = NoticePaper(
    name="Dana Sample",
    for_parent=False,
    kind={"en": "Trespass", "es": "Acceso prohibido"},
    terms=TERMS,
    day=date(2026, 11, 24),
    appeal_until=date(2026, 12, 4),
    district=DISTRICT,
)
APPEAL = Appeal(
    "appeal-1",
    "listing-1",
    "person-1",
    date(2026, 11, 26),
    date(2026, 12, 3),
    date(2026, 12, 26),
    "account-1",
    datetime(2026, 11, 26, tzinfo=UTC),
    "Dana Sample",
    "I was never there",
    outcome=Outcome.DENIED,
    answered=date(2026, 12, 1),
    answered_by="account-2",
    answer="The film of that day shows it.",
)
ANSWER = AnswerPaper("Dana Sample", NOTICE.kind, APPEAL, date(2027, 6, 30), DISTRICT)


@pytest.fixture(scope="module")
def papers() -> Papers:
    return papers_under("US-MO")


def read(pdf: bytes) -> str:
    """The PDF's text, with single blanks."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_notice_says_everything_in_both_languages(papers: Papers) -> None:
    said = read(papers.pdf(NOTICE, "en"))
    for words in (
        "To Dana Sample",
        "on the list Trespass",
        "cameras of: North, West",
        "Threatened staff on 3 May",
        "Superintendent",
        "Document: Order 12",
        "From November 24, 2026 until June 30, 2027",
        "To the play on 4 May, escorted (until May 4, 2027)",
        "Until December 4, 2026, 10 days after",
        "Office of Student Services 12 Oak Street +1 417 555 0100",
        "Within 7 days",
        "within 30 days",
        "never proof of who somebody is",
        "72 hours at most, or 30 days",
        "other faces are compared and forgotten at once",
    ):
        assert words in said, words
    for words in (
        "Para Dana Sample",
        "en la lista Acceso prohibido",
        "Del 24 de noviembre de 2026 al 30 de junio de 2027",
        "Hasta el 4 de diciembre de 2026",
        "nunca prueba quién es alguien",
        "72 horas como máximo, o 30 días",
    ):
        assert words in said, words
    assert said.index("Notice of a listing") < said.index("Aviso de inclusión en una lista")
    other = read(papers.pdf(NOTICE, "es"))
    assert other.index("Aviso de inclusión en una lista") < other.index("Notice of a listing")


def test_a_childs_notice_goes_to_the_parent(papers: Papers) -> None:
    said = read(papers.pdf(replace(NOTICE, for_parent=True), "en"))
    assert "To the parent or guardian of Dana Sample" in said
    assert "Para el padre, la madre o el tutor de Dana Sample" in said


def test_without_conditions_or_schools_it_says_so(papers: Papers) -> None:
    bare = replace(TERMS, conditions="", conditions_until=None, schools=frozenset(), document="")
    said = read(papers.pdf(replace(NOTICE, terms=bare), "en"))
    assert "No visits are allowed under conditions" in said
    assert "cameras of all schools of the district" in said
    assert "Document:" not in said


def test_it_is_tagged_and_says_its_language_and_title_and_runs_nothing(papers: Papers) -> None:
    for first in ("en", "es"):
        pdf = papers.pdf(NOTICE, first)
        reader = PdfReader(io.BytesIO(pdf))
        root = cast("dict[str, Any]", reader.trailer["/Root"])
        assert root["/Lang"] == first
        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
        assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
        title = reader.metadata.title if reader.metadata else None
        assert title is not None
        assert "Springfield Public Schools" in title
        assert "Dana" not in title  # it becomes the name of a tab, or of a file
        for action in (b"/JavaScript", b"/JS", b"/OpenAction", b"/AA", b"/EmbeddedFiles", b"/URI"):
            assert action not in pdf, action


@pytest.mark.parametrize(
    "name",
    [
        "José Núñez Peña",
        "Łukasz Wiśniewski",
        "Мария Иванова",
        "Ελένη Παπαδοπούλου",
        "Ngô Thị Thảo",
        "Åsa Ødegård-Çelik",
        "أحمد",
    ],
)
def test_names_in_other_letters_stay_whole(papers: Papers, name: str) -> None:
    assert f"To {name}" in read(papers.pdf(replace(NOTICE, name=name), "en"))


def test_very_long_words_stay_on_the_page(papers: Papers) -> None:
    word = "Donaudampfschifffahrt" * 30
    pdf = papers.pdf(replace(NOTICE, terms=replace(TERMS, reason=word)), "en")
    assert word in read(pdf).replace(" ", "")
    rightmost: list[float] = []
    for page in PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=lambda text, cm, tm, font, size: rightmost.append(tm[4]))
    assert max(rightmost) < 820 - 60  # of 816 CSS pixels, less the margin


HOSTILE = (
    "<script>alert(1)</script><img src=http://127.0.0.1:{port}/x><link rel=stylesheet href=file:///etc/passwd>"
    '</p></main><style>*{{display:none}}</style> & "quoted" {{{{ 7*7 }}}} <a rel=attachment href=file:///etc/passwd>a</a>'
)


def test_hostile_words_are_only_words(papers: Papers) -> None:
    with _listening() as (port, asked):
        words = HOSTILE.format(port=port)
        hostile = replace(NOTICE, name=words[:60], terms=replace(TERMS, reason=words, conditions=words))
        page = papers.page(hostile, "en")
        assert "<script>" not in page
        assert page.count("<style>") == 0
        assert "&lt;img src=http://" in page
        pdf = papers.pdf(hostile, "en")
        said = read(pdf)
        assert "<script>alert(1)</script>" in said
        assert "{{ 7*7 }}" in said
        assert b"/EmbeddedFile" not in pdf
    assert asked == []


def test_nothing_is_fetched_whatever_the_page_asks_for() -> None:
    """The net below the escaping: a page that really asks gets nothing."""
    with _listening() as (port, asked):
        html = (
            f'<html lang="en"><title>x</title><link rel=stylesheet href="http://127.0.0.1:{port}/a.css">'
            f'<p>Here</p><img src="http://127.0.0.1:{port}/b.png" alt="b"><object data="file:///etc/hostname"></object>'
            "<style>@font-face { font-family: x; src: url(file:///etc/passwd) }"
            "p { background: url(file:///etc/passwd) }</style>"
        )
        assert "Here" in read(pdf_of(html))
    assert asked == []


def test_the_page_to_print_has_no_style_inside(papers: Papers) -> None:
    page = papers.page(NOTICE, "es")
    assert page.startswith('<!doctype html>\n<html lang="es">')
    assert '<link rel="stylesheet" href="/static/paper.css">' in page
    assert " style=" not in page
    assert page.count('<section class="paper" lang=') == 2


@pytest.mark.parametrize(
    ("outcome", "words", "again"),
    [
        (Outcome.GRANTED, "The listing has ended", False),
        (Outcome.PARTLY, "you will get a new notice", True),
        (Outcome.DENIED, "holds until June 30, 2027 at the latest", True),
    ],
)
def test_the_answer_says_what_became_of_it(papers: Papers, outcome: Outcome, words: str, again: bool) -> None:
    said = read(papers.pdf(replace(ANSWER, appeal=replace(APPEAL, outcome=outcome)), "en"))
    assert words in said
    assert "The film of that day shows it." in said
    assert "Respuesta a una apelación" in said
    assert ("You can appeal again" in said) is again
    assert "neither wrote nor approved" in said


def test_the_answer_says_that_nobody_else_could(papers: Papers) -> None:
    said = read(papers.pdf(replace(ANSWER, appeal=replace(APPEAL, involved=True)), "en"))
    assert "nobody else who could answer" in said


def test_without_pango_one_line_says_what_to_install(papers: Papers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hallwatch.report.pdf.PANGO", ("libnobody-has-this.so.0",))
    with pytest.raises(
        PaperError, match=r"^no PDF can be made here.*libpango-1\.0-0.*print the page instead$"
    ):
        papers.pdf(NOTICE, "en")
    assert "Threatened staff" in papers.page(NOTICE, "en")


class _listening:
    """A server that hears who connects to it."""

    def __enter__(self) -> tuple[int, list[object]]:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._asked: list[object] = []
        self._thread = threading.Thread(target=self._hear)
        self._thread.start()
        return self._socket.getsockname()[1], self._asked

    def _hear(self) -> None:
        try:
            while True:
                link, whence = self._socket.accept()
                self._asked.append(whence)
                link.close()
        except OSError:
            return

    def __exit__(self, *why: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(20)


def test_a_paper_leaves_no_half_picture_to_be_taken_for_a_whole_one() -> None:
    pdf_of("<!doctype html><html lang=en><title>x</title><p>x</p></html>")
    out = io.BytesIO()
    Image.effect_noise((200, 200), 80).save(out, "JPEG")
    with pytest.raises(ImageError, match="cannot be read"):
        decode_image(out.getvalue()[:2000], "half.jpg")

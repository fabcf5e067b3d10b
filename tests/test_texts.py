"""The console's texts: all of them in the catalogues, all of them in Spanish, and the language that was asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import httpx2
import pytest
from babel.messages.catalog import Message
from jinja2 import Environment, nodes

from hallwatch.core.decide.threshold import Threshold
from hallwatch.core.events import CameraCondition, CameraState
from hallwatch.core.policy.roles import Role
from hallwatch.core.sessions import password_fault
from hallwatch.web.import_lines import IMPORT_LINES
from hallwatch.web.languages import COOKIE, chosen
from hallwatch.web.lines import LINES
from hallwatch.web.texts import HOLE, LANGUAGES, SOURCE, texts_in
from tests.browser import Browser
from tests.test_pages_axe import axe, violations  # noqa: F401 - a fixture
from tests.test_web import LONG, SIGHTING, Running, listening, running
from tests.test_web_browser import program  # noqa: F401 - a fixture
from tests.texts import LOCALE, ROOT, TEMPLATE, brought_up, of_code, text_of, texts, translated, written

TEMPLATES = sorted((ROOT / "src/hallwatch").glob("*/templates/*.html"))
CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/hallwatch.po"))
OTHERS = [code for code in LANGUAGES if code != SOURCE]
PLACES = re.compile(r"%\(\w+\)s|\{\w+\}")
MARKUP = re.compile(r"<[^>]*>")
LETTERS = re.compile(r"[^\W\d_]{2,}")
ATTRIBUTE = re.compile(r' [a-z-]+="[^"]*"')
SEEN = re.compile(r'(?:aria-label|alt|title|placeholder|data-[a-z]+)="([^"]*)"')
NAMES = {"Hallwatch", "HTTPS", "px"}
"""Words that are the same in every language."""
PAGES = (
    "/",
    "/people",
    "/account",
    "/audit",
    "/settings",
    "/health",
    "/cameras",
    "/confirm",
    "/nowhere",
    "/lists",
    "/lists/kinds",
)
SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5", "Accept": "text/html"}
ABOUT = re.compile(r"match|perpetrator|sospechos|culpable|criminal|delincuente")


def messages(path: Path) -> list[Message]:
    """Every message of a catalogue but its head."""
    return [message for message in translated(path) if message.id]


def both(message: Message) -> Iterator[tuple[str, str]]:
    """Each form of a message with its translation."""
    if isinstance(message.id, str):
        assert isinstance(message.string, str)
        yield message.id, message.string
    else:
        for number, string in enumerate(message.string or ()):
            yield message.id[min(number, len(message.id) - 1)], string


def test_the_template_holds_every_text() -> None:
    assert TEMPLATE.read_text(encoding="utf-8") == written(texts()), "type: make texts"


def test_every_language_has_a_catalogue() -> None:
    assert [path.parts[-3] for path in CATALOGUES] == OTHERS


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_is_complete_and_says_the_same(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == written(brought_up(path, texts())), "type: make texts"
    for message in messages(path):
        assert not message.fuzzy, message.id
        for english, other in both(message):
            assert other.strip(), f"not translated: {english}"
            assert sorted(PLACES.findall(other)) == sorted(PLACES.findall(english)), english
            # A translation brings no markup of its own, and nothing that ends an attribute.
            assert sorted(MARKUP.findall(other)) == sorted(MARKUP.findall(english)), english
            if MARKUP.search(english) is None:
                assert "<" not in other, english
                assert ('"' in other) == ('"' in english), english


def test_spanish_never_says_more_than_possible() -> None:
    for message in messages(LOCALE / "es/LC_MESSAGES/hallwatch.po"):
        for english, spanish in both(message):
            low = spanish.lower()
            assert not ABOUT.search(low), spanish
            assert "coinciden" not in low.replace("posible coincidencia", "").replace(
                "posibles coincidencias", ""
            ), (english, spanish)


def test_a_hole_has_one_name() -> None:
    for message in messages(TEMPLATE.parent / "es/LC_MESSAGES/hallwatch.po"):
        for english, _ in both(message):
            assert len(HOLE.findall(english)) == len(set(HOLE.findall(english))), english


class Strings(ast.NodeVisitor):
    """The strings of a file that can be a line, as patterns."""

    def __init__(self) -> None:
        self.found: list[re.Pattern[str]] = []

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._add(text_of(node) or "")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._add(node.value)

    def _add(self, text: str) -> None:
        if len(HOLE.sub("", text)) >= 8:
            self.found.append(re.compile(".*".join(map(re.escape, re.split(r"\{\w*\}", text))), re.DOTALL))


def test_every_line_can_be_written_by_the_code() -> None:
    strings = Strings()
    for path in sorted((ROOT / "src/hallwatch").rglob("*.py")):
        if path.name not in ("lines.py", "import_lines.py") or path.parent.name != "web":
            strings.visit(ast.parse(path.read_text(encoding="utf-8")))
    fragments = {"false alert", "false alerts", "1 photo", "{count} photos"}
    for line in {*LINES, *IMPORT_LINES} - fragments:
        whole = (line, f"{{about}}: {line}")
        assert any(pattern.fullmatch(one) for pattern in strings.found for one in whole), (
            f"nobody writes: {line}"
        )


def test_the_search_for_texts_finds_them() -> None:
    source = (
        'raise HTTPException(404, "No such")\nx = Refused(f"not {self.name!r} of {len(rows)}")\n'
        'y = Field(default=1, description="One " "two")\nN_(word)\nz = Rule("a", "b", "c")\nprint("nothing")'
    )
    assert set(of_code(source)) == {"No such", "not {name} of {len}", "One two", "a", "b", "c"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def test_no_template_says_anything_by_itself(template: Path) -> None:
    assert left_over(template.read_text(encoding="utf-8")) == []


def left_over(source: str) -> list[str]:
    """Words that a reader sees or hears and no catalogue knows."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    pieces: list[str] = []
    found: list[str] = []
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                pieces.append(node.data)
            else:
                pieces.append("\0")
                found += [text for text in spoken(node) if LETTERS.search(text) and text not in NAMES]
    html = "".join(pieces)
    seen = [*SEEN.findall(html), ATTRIBUTE.sub("", MARKUP.sub("\n", html))]
    return found + [word for text in seen for word in LETTERS.findall(text) if word not in NAMES]


def spoken(node: nodes.Node) -> Iterator[str]:
    """Strings that an expression may give as they stand."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr | nodes.Or | nodes.And | nodes.Concat | nodes.Add):
        for one in node.iter_child_nodes(exclude=("test",)):
            yield from spoken(one)


def test_the_search_for_left_over_words_finds_them() -> None:
    source = (
        '<p title="{{ _("Good") }}">{% trans %}Well{% endtrans %} {{ x or "None here" }}</p>'
        '<img alt="A picture"><b>Bold</b>{% if x == "yes" %}{{ x|join(", ") }}{% endif %}'
    )
    assert left_over(source) == ["None here", "picture", "Bold"]


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        ("", "", "en"),
        ("", "es", "es"),
        ("", "es-419,es;q=0.9", "es"),
        ("", "en-US,es;q=0.8", "en"),
        ("", "de-DE, es;q=0.4, en;q=0.3", "es"),
        ("", "fr;q=0.9, en;q=0.1, es;q=0.2", "es"),
        ("", "es;q=0, en;q=0.1", "en"),
        ("", "es;q=nan", "en"),
        ("", "es;q=x,,;;q=,-", "en"),
        ("", "*", "en"),
        ("es", "en", "es"),
        ("en", "es", "en"),
        ("xx", "es", "es"),
        ("../es", "", "en"),
        ("ES", "", "en"),
        ("", "x," * 5000 + "es", "en"),
    ],
)
def test_the_language_is_one_that_is_there(cookie: str, accepted: str, language: str) -> None:
    assert chosen(cookie, accepted) == language


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("texts")) as it:
        it.sight(SIGHTING)
        it.sight(replace(SIGHTING, alert_id="a2", name=LONG, external_id="gone"))
        it.office.enter(Role.FRONT_DESK)
        yield it


class Heard(HTMLParser):
    """The pieces of text of a page, and its language."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given["lang"] or ""
        self.pieces += [given[name] or "" for name in ("alt", "aria-label", "title") if name in given]

    def handle_data(self, data: str) -> None:
        self.pieces.append(" ".join(data.split()))


def heard(page: str) -> Heard:
    listener = Heard()
    listener.feed(page)
    return listener


def same_in_both() -> set[str]:
    return {
        english for one in CATALOGUES for m in messages(one) for english, other in both(m) if english == other
    }


@pytest.mark.parametrize("path", ["/sign-in", "/link/none", *PAGES])
def test_no_page_in_spanish_has_english_left(console: Running, path: str) -> None:
    token = None if path in ("/sign-in", "/link/none") else console.office.enter(Role.DISTRICT_ADMINISTRATOR)
    with console.browser(token) as client:
        english = heard(client.get(path).text)
        spanish = heard(client.get(path, headers=SPANISH).text)
    assert (english.language, spanish.language) == ("en", "es")
    known = {text for message in messages(CATALOGUES[0]) for text, _ in both(message)} - same_in_both()
    assert set(english.pieces) & known, "the search finds nothing in English either"
    assert not set(spanish.pieces) & known
    assert "English" in spanish.pieces
    assert "Español" in english.pieces


def test_the_live_stream_speaks_the_language_of_who_listens(console: Running) -> None:
    console.board.camera(CameraState("Entrance", CameraCondition.LOST, "refuses this user", retry_in_s=4))
    console.board.trouble(
        "w", "Analysis stopped: its process ended unexpectedly (signal 9). It is being started again."
    )
    with listening(console, SPANISH) as spanish, listening(console, {"Accept-Language": "en"}) as english:
        assert "Posible coincidencia." in spanish.next("alert")[1]["html"]
        assert "Possible match." in english.next("alert")[1]["html"]
        told = spanish.next("status")[1]
        assert "rechaza a este usuario; nuevo intento en 4 s" in told["cameras"]
        assert "El análisis se detuvo: su proceso terminó de forma inesperada (signal 9)." in told["troubles"]
        assert "refuses this user; trying again in 4 s" in english.next("status")[1]["cameras"]
    console.board.trouble("w", None)


def test_a_choice_is_kept_and_only_a_known_one(console: Running) -> None:
    own = {"Origin": console.url}
    with httpx2.Client(base_url=console.url, headers={"Accept": "text/html"}) as client:
        assert client.post("/language", data={"language": "es"}).status_code == 403  # nobody's page
        answer = client.post(
            "/language", data={"language": "es", "next": "/sign-in?next=/people"}, headers=own
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/people")
        given = answer.headers["set-cookie"]
        assert given.startswith(f"{COOKIE}=es;")
        assert "HttpOnly" in given
        assert "SameSite=lax" in given
        page = client.get("/sign-in", headers={"Accept-Language": "en"}).text
        assert '<html lang="es">' in page
        assert "Iniciar sesión" in page
        for bad in ("xx", "../es", "es\r\nSet-Cookie: a=b", ""):
            refused = client.post("/language", data={"language": bad}, headers=own)
            assert "set-cookie" not in refused.headers, bad
        away = client.post("/language", data={"language": "en", "next": "//evil.example/"}, headers=own)
        assert away.headers["location"] == "/"


def test_an_unknown_cookie_is_ignored(console: Running) -> None:
    for value in ("xx", "de", "../../etc", "es;es", "<script>"):
        page = httpx2.get(f"{console.url}/sign-in", headers={"Cookie": f"{COOKIE}={value}"}).text
        assert '<html lang="en">' in page or value.startswith("es"), value


def test_the_form_leads_back_to_the_page(console: Running) -> None:
    with console.browser(None) as client:
        assert 'name="next" value="/sign-in?next=/people"' in client.get("/sign-in?next=/people").text
        assert "evil" not in client.get('/nowhere"><script>evil').text
        failed = client.post(
            "/sign-in", data={"login": "nobody", "password": "x"}, headers=SPANISH | {"Origin": console.url}
        )
        assert "Los datos no son correctos." in failed.text
        assert 'name="next" value="/sign-in"' in failed.text


def test_what_stands_in_a_sentence_stays_escaped(console: Running) -> None:
    page = console.get(headers=SPANISH).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert 'data-said="Posible coincidencia: Maximiliana' in page
    board = console.board
    board.camera(
        CameraState("Corridor A", CameraCondition.LOST, "<b>x</b>; mend it and start Hallwatch again")
    )
    try:
        page = console.get(headers=SPANISH).text
        assert "&lt;b&gt;x&lt;/b&gt;; corríjalo e inicie Hallwatch de nuevo" in page
        assert "<b>x" not in page
    finally:
        board.camera(CameraState("Corridor A", CameraCondition.WATCHING, frames=1))


def test_plurals_days_and_numbers(console: Running) -> None:
    page = console.get(headers=SPANISH).text
    for said in (
        "Se busca a 12 personas. Se omitieron 2 filas vencidas. 1 fila aún no está vigente.",
        "<strong>Se rechazó 1 fila.</strong> No se busca a esa persona.",
        "3 imágenes concuerdan",
        "martes, 24 de noviembre de 2026, CST",
        "09:04:05",
        'data-one="1 alerta nueva" data-many="{count} alertas nuevas"',
    ):
        assert said in page, said
    texts_es = texts_in("es")
    one, many = "%(count)s row refused", "%(count)s rows refused"
    assert texts_es.ngettext(one, many, 1) == "%(count)s fila rechazada"
    assert texts_es.ngettext(one, many, 0) == "%(count)s filas rechazadas"


def test_lines_of_rooms_below_are_said_in_spanish() -> None:
    said = texts_in("es").said
    meaning = Threshold(
        0.5, 5e-5, (1e-5, 1e-4), 3, 0.9, 4000, "adults in press photos", True, 20_000
    ).meaning()
    assert said(meaning) == (
        "Con el umbral 0.500, espere alrededor de 1 alerta falsa al día con 3 fotos en la lista y 20,000 pasos al día"
        " (probablemente de 0.2 a 2; extrapolado a partir de 4,000 pasos: adults in press photos); el 90% de los pasos"
        " simulados de personas de la lista lo alcanza."
    )
    assert said(password_fault("short", "x") or "").startswith("Una contraseña necesita 12 caracteres")
    assert said("x.png: no face found; use a photo that shows one face from the front").startswith(
        "x.png: no se encontró ninguna cara"
    )
    for unknown in ("", ":", ": ", "a: b: c", "nobody knows {this} line", "x" * 5000):
        assert said(unknown) == unknown
    assert texts_in("en").said(meaning) == meaning
    # What is filled in is never taken for a message with holes.
    assert said("{0.__class__}; mend it and start Hallwatch again").startswith("{0.__class__}; corríjalo")


@pytest.mark.parametrize("width", [1280, 390])
def test_spanish_pages_are_in_nobodys_way(console: Running, program: str, axe: str, width: int) -> None:  # noqa: F811
    admin = console.office.enter(Role.DISTRICT_ADMINISTRATOR)
    with Browser(program, width=width) as browser:
        browser.cookie(COOKIE, "es", console.url)
        browser.open(console.url + "/sign-in")
        assert browser.value("document.documentElement.lang") == "es"
        assert violations(browser, axe) == []
        for path in PAGES:
            console.show(browser, path, admin)
            assert browser.value("document.documentElement.scrollWidth <= innerWidth"), path
            if path == "/people":
                assert violations(browser, axe) == []
        console.show(browser, "/", admin)
        browser.wait_for("document.getElementById('live-words').textContent === 'En vivo'")
        browser.value("document.querySelector('.foot button').click()")
        browser.wait_for("document.documentElement?.lang === 'en' && location.pathname === '/'")

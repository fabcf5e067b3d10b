"""Sheets of XLSX workbooks as tables of text: formulas stay text, nothing is evaluated, links lead nowhere."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from xml.parsers import expat

import openpyxl
from openpyxl.xml import DEFUSEDXML

from hallwatch.adapters.importers.archive import zip_of
from hallwatch.adapters.importers.text import MOST_COLUMNS, MOST_ROWS, Line, Table, shown, unwrapped
from hallwatch.errors import FileRefused

MOST_UNPACKED = 192 << 20
"""Bytes of XML in a workbook: ten times what 20,000 people need."""
MOST_ELEMENTS = 4_000_000
"""In one file of a workbook: 100,000 rows of 15 columns have 3 million."""
MOST_DEPTH = 64
DAMAGE = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    SyntaxError,
    AssertionError,
    RuntimeError,
    EOFError,
    OSError,
    zlib.error,
    zipfile.BadZipFile,
)
"""What openpyxl raises on damaged workbooks (its XML errors are SyntaxError, defusedxml's ValueError)."""


def is_workbook(data: bytes) -> bool:
    """XLSX is a zip."""
    return data.startswith(b"PK\x03\x04")


def sheet_of(name: str, data: bytes, sheet: str = "", header_row: int = 1) -> Table:
    """A sheet's rows from its header on. Raises FileRefused, also while its lines are read."""
    if not DEFUSEDXML:
        raise FileRefused(
            "workbooks are not read without defusedxml; install Hallwatch again, or save it as CSV"
        )
    archive = zip_of(name, io.BytesIO(data))
    if sum(archive.fingerprint(one)[0] for one in archive.names) > MOST_UNPACKED:
        raise FileRefused(f"{name} unpacks to more than {MOST_UNPACKED >> 20} MB; save it as 'CSV UTF-8'")
    for one in (*archive.names, *archive.nested):
        _check_xml(name, archive.chunks(one))
    lines = _lines(name, data, sheet)
    header = next((line for line in lines if line.number >= header_row), None)
    if header is None:
        raise FileRefused(f"{name} is empty; it needs a first line that names its columns")
    return Table(name, header, lines)


def _check_xml(name: str, chunks: Iterable[bytes]) -> None:
    """Count, with nothing kept, what a parser that keeps elements would take memory and time for."""
    count = depth = 0

    def begin(_tag: str, _attributes: dict[str, str]) -> None:
        nonlocal count, depth
        count, depth = count + 1, depth + 1
        if count > MOST_ELEMENTS or depth > MOST_DEPTH:
            raise FileRefused(f"{name} is far too large or deep inside; save it as 'CSV UTF-8'")

    def end(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_said: object) -> None:
        raise FileRefused(
            f"{name} holds a DOCTYPE, which no spreadsheet program writes; save it as 'CSV UTF-8'"
        )

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = doctype
    try:
        for chunk in chunks:
            parser.Parse(chunk)
    except (expat.ExpatError, ValueError, LookupError):
        # A picture, or damage: whoever reads it finds out.
        return


def _lines(name: str, data: bytes, sheet: str) -> Iterator[Line]:
    """Rows that are not empty, as they are unpacked."""
    try:
        with _quiet():
            # Not data_only: a formula is then its own text, and not what somebody's program made of it last.
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        if sheet and sheet not in book.sheetnames:
            raise FileRefused(
                f"{name} has no sheet {shown(sheet)}; it has {', '.join(map(shown, book.sheetnames[:5]))}"
            )
        page = book[sheet] if sheet else book.worksheets[0]
        page.reset_dimensions()  # what a sheet says of its own size is only a claim
        rows = iter(page.iter_rows(max_col=MOST_COLUMNS, values_only=True))
        for number in range(1, MOST_ROWS + 2):
            with _quiet():
                row = next(rows, None)
            if row is None:
                return
            if number > MOST_ROWS:
                raise FileRefused(
                    f"{name} has more than {MOST_ROWS} rows; delete the empty ones, or save it as CSV"
                )
            wide = next((place for place in range(len(row), 0, -1) if row[place - 1] is not None), 0)
            cells = [_text(cell) for cell in row[:wide]]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                formulas = frozenset(place for place, cell in enumerate(cells) if cell.startswith("="))
                yield Line(number, tuple(unwrapped(cell) for cell in cells), formulas)
    except DAMAGE as error:
        raise FileRefused(
            f"{name} is not a readable XLSX workbook; save it anew, or as 'CSV UTF-8'"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Styles, extensions and odd dates, of which openpyxl warns, do not matter to us."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _text(value: object) -> str:
    """A cell as somebody would type it; dates as 2027-06-30."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    formula = getattr(value, "text", None) or getattr(value, "ref", None)
    if formula:
        return f"={str(formula).removeprefix('=')}"
    return str(value).strip()

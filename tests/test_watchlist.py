"""A folder with list.csv: good rows, refused rows and why, and lists that cannot be read at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hallwatch.adapters.importers.folder import OPTIONAL, REQUIRED, read_watchlist
from hallwatch.core.watchlist import Watchlist, people_of
from hallwatch.errors import WatchlistError

TODAY = date(2026, 3, 2)
HEADER = ",".join(REQUIRED)
GOOD = "P1,Ann,Sample,trespass,a reason,a.jpg,2026-06-30"


def read(folder: Path, text: str | bytes) -> Watchlist:
    """The list of these contents, read on TODAY."""
    (folder / "list.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return read_watchlist(folder, TODAY)


def refusal(folder: Path, row: str, *, header: str = HEADER) -> str:
    """Why ``row`` is refused; the good row beside it must go on."""
    listed = read(folder, f"{header}\n{row}\n{GOOD}{',' * (header.count(',') - HEADER.count(','))}\n")
    assert [one.external_id for one in listed.rows] == ["P1"]
    (refused,) = listed.refused
    assert str(refused).startswith(f"list.csv line {2 + row.count(chr(10))}: ")
    assert "\n" not in str(refused)
    return refused.reason


def test_a_good_row_is_read_with_everything_it_says(tmp_path: Path) -> None:
    listed = read(
        tmp_path,
        f"{HEADER},{','.join(OPTIONAL)}\n"
        "P1, Ann ,Sample,Trespass,a reason,photos\\a.jpg,2026-06-30,1980-02-03,Annie; A. Sample;,Board,2026-01-01,n\n",
    )
    (row,) = listed.rows
    assert (row.number, row.external_id, row.first_name, row.photo) == (2, "P1", "Ann", "photos/a.jpg")
    assert (row.listing.list, row.listing.reason) == ("trespass", "a reason")
    assert (row.listing.expires, row.listing.starts) == (date(2026, 6, 30), date(2026, 1, 1))
    assert (row.date_of_birth, row.aliases) == (date(1980, 2, 3), ("Annie", "A. Sample"))
    assert (row.listing.authority, row.listing.notes) == ("Board", "n")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",Ann,Sample,trespass,r,a.jpg,2026-06-30", "external_id is empty"),
        ("P2,Ann,Sample,trespass,,a.jpg,2026-06-30", "reason is empty"),
        ("P2,Ann,Sample,trespass,r,,2026-06-30", "photo is empty"),
        ("P2,Ann,Sample,trespass,r,a.jpg,", "expires is empty"),
        ("P2,Ann,Sample,trespass,r,a.jpg", "expires is empty"),
        ("P2,,,trespass,r,a.jpg,2026-06-30", "both empty"),
        ("P2,Ann,Sample,wanted,r,a.jpg,2026-06-30", "'wanted' is not one of threat, expulsion"),
        ("P2,Ann,Sample,trespass,r,a.jpg,30/06/2026", "like 2027-06-30"),
        ("P2,Ann,Sample,trespass,r,a.jpg,2026-02-30", "like 2027-06-30"),
        ("P2,Ann,Sample,trespass,r,/etc/a.jpg,2026-06-30", "inside the watchlist's folder"),
        ("P2,Ann,Sample,trespass,r,../a.jpg,2026-06-30", "inside the watchlist's folder"),
        ("P2,Ann,Sample,trespass,r,..\\a.jpg,2026-06-30", "inside the watchlist's folder"),
        ("P2,Ann,Sample,trespass,r,C:\\a.jpg,2026-06-30", "inside the watchlist's folder"),
        ("P2,Ann,Sample,trespass,r,a.jpg,2026-06-30,more", "more cells"),
        ('"P\n2",Ann,Sample,trespass,r,a.jpg,2026-06-30', "more than one line"),
        ("P2,Ann,Sam\x00ple,trespass,r,a.jpg,2026-06-30", "not text"),
        (f"P2,Ann,{'x' * 20_000},trespass,r,a.jpg,2026-06-30", "too long"),
    ],
)
def test_a_bad_row_is_refused_by_itself(tmp_path: Path, row: str, said: str) -> None:
    assert said in refusal(tmp_path, row)


def test_bad_dates_beside_expires_are_refused_too(tmp_path: Path) -> None:
    header = f"{HEADER},starts"
    assert "starts" in refusal(tmp_path, "P2,A,B,other,r,a.jpg,2026-06-30,soon", header=header)
    assert "ends before it begins" in refusal(
        tmp_path, "P2,A,B,other,r,a.jpg,2026-06-30,2026-07-01", header=header
    )


def test_one_id_is_one_person(tmp_path: Path) -> None:
    listed = read(
        tmp_path,
        f"{HEADER}\n{GOOD}\nP1,Ann,Sample,expulsion,r,b.jpg,2026-05-01\nP1,Bob,Sample,other,r,c.jpg,2026-05-01\n",
    )
    assert [row.photo for row in listed.rows] == ["a.jpg", "b.jpg"]
    assert "'P1' already stands for another name" in listed.refused[0].reason
    (person,) = people_of(listed.rows)
    assert person.lists_on(TODAY) == ("expulsion", "trespass")
    assert person.lists_on(date(2026, 6, 1)) == ("trespass",)
    assert person.photos == ("a.jpg", "b.jpg")


def test_rows_out_of_their_time_are_counted(tmp_path: Path) -> None:
    listed = read(
        tmp_path,
        f"{HEADER},starts\n"
        "P1,A,B,other,r,a.jpg,2026-03-01,\n"
        "P2,A,B,other,r,a.jpg,2026-03-02,\n"
        "P3,A,B,other,r,a.jpg,2026-04-01,2026-03-03\n"
        "P4,A,B,other,r,a.jpg,2026-04-01,2026-03-02\n",
    )
    assert [row.external_id for row in listed.rows] == ["P2", "P4"]
    assert (listed.expired, listed.not_begun, listed.refused) == (1, 1, ())


@pytest.mark.parametrize("before", ["\ufeff", ""])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_spreadsheets_write_is_read(tmp_path: Path, before: str, ending: str) -> None:
    lines = [
        HEADER.replace("list", " List "),
        "",
        GOOD,
        ",,,,,,",
        'P2,"Zoë, the ""2nd""",Ünal,other,"two\nlines",b.jpg,2026-06-30',
        "",
    ]
    listed = read(tmp_path, before + ending.join(lines))
    assert [(row.external_id, row.number) for row in listed.rows] == [("P1", 3), ("P2", 6)]
    assert listed.rows[1].first_name == 'Zoë, the "2nd"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "lacks the columns external_id"),
        (GOOD, "lacks the columns"),
        (f"{HEADER.removesuffix(',expires')}\n{GOOD}\n", "lacks the column expires;"),
        (f"{HEADER},notes,notes\n", "twice"),
        (f"{HEADER},height\n", "unknown column 'height'"),
        (f"{HEADER},\n", "unknown column ''"),
        (f"{HEADER}\nP1,Zo\u00eb,".encode("latin-1"), "UTF-8"),
        (f'{HEADER}\nP1,"Ann,Sample\n', "well-formed"),
        (HEADER.encode("utf-16"), "UTF-8"),
    ],
)
def test_a_list_that_cannot_be_read_says_why(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(WatchlistError) as caught:
        read(tmp_path, text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_list_and_a_folder_of_that_name_are_said(tmp_path: Path) -> None:
    with pytest.raises(WatchlistError, match=r"has no list\.csv"):
        read_watchlist(tmp_path, TODAY)
    with pytest.raises(WatchlistError, match=r"has no list\.csv"):
        read_watchlist(tmp_path / "none", TODAY)
    (tmp_path / "list.csv").mkdir()
    with pytest.raises(WatchlistError, match="is a folder"):
        read_watchlist(tmp_path, TODAY)
    with pytest.raises(WatchlistError, match="is not a folder"):
        read_watchlist(Path(__file__), TODAY)


cells = st.one_of(
    st.sampled_from(
        ["", "P1", "P2", "trespass", "2026-06-30", "a.jpg", ".", "..", "\x00", '"', "\ufeff", "a;b"]
    ),
    st.text(max_size=12),
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.sampled_from([HEADER + "\n", f"{HEADER},aliases,starts,date_of_birth\r\n", ""]),
    rows=st.lists(st.lists(cells, max_size=11).map(",".join), max_size=6),
    noise=st.binary(max_size=40),
    at=st.integers(0, 400),
)
def test_any_bytes_give_a_list_or_one_clear_line(
    tmp_path: Path, header: str, rows: list[str], noise: bytes, at: int
) -> None:
    whole = (header + "\n".join(rows)).encode("utf-8", "surrogatepass")
    for contents in (whole, whole[:at] + noise + whole[at:]):
        try:
            listed = read(tmp_path, contents)
        except WatchlistError as error:
            assert len(str(error).splitlines()) == 1, str(error)  # noqa: PT017  (either outcome is good)
        else:
            people_of(listed.rows)
            for refused in listed.refused:
                assert len(str(refused).splitlines()) == 1, str(refused)


def test_a_stray_quote_is_named_by_its_line(tmp_path: Path) -> None:
    good = "P1,Dana,Sample,other,test,a.jpg,2099-12-31"
    with pytest.raises(WatchlistError, match=r"list\.csv line 3: .*mend the quotes there"):
        read(tmp_path, f'{HEADER}\n{good}\nP2,"Jo" Ann,Sample,other,test,b.jpg,2099-12-31\n'.encode())

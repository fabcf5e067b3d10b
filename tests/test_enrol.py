"""Which face of a photo is the person."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from hallwatch.adapters.images import FolderImages, encode_jpeg, read_image
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.core.model import Listing, Pixels
from hallwatch.core.recognise.enrol import dominant
from hallwatch.core.watchlist import ListRow, Refusal, Watchlist
from hallwatch.errors import EnrolmentError
from hallwatch.flow.importing import enrol, enrol_photo
from tests.faces import face
from tests.watching import END, opened, portrait


@pytest.fixture
def retail(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> FacePack:
    """The pack at work."""
    return opened(tmp_path_factory.getbasetemp() / "packs", shared)


def test_nobody_is_found_in_no_faces() -> None:
    assert dominant([], 300, 400) is None


def test_a_ghost_portrait_is_passed_over() -> None:
    person, ghost = face(120, 150, 100), face(330, 230, 35)
    chosen = dominant([ghost, person], 400, 300)
    assert chosen is not None
    assert (chosen.face, chosen.others, chosen.rival) == (person, 1, None)


def test_of_a_mug_shot_sheet_with_two_alike_neither_is_guessed() -> None:
    left, right = face(150, 150, 100), face(450, 150, 95)
    chosen = dominant([left, right], 600, 300)
    assert chosen is not None
    assert {chosen.face, chosen.rival} == {left, right}


def test_of_two_as_tall_the_central_one_is_taken() -> None:
    middle, aside = face(300, 200, 90), face(560, 200, 100)
    chosen = dominant([aside, middle], 600, 400)
    assert chosen is not None
    assert (chosen.face, chosen.rival) == (middle, None)


@pytest.mark.parametrize(("share", "refused"), [(0.85, True), (0.75, False)])
def test_the_second_counts_from_eight_tenths_of_the_height(share: float, refused: bool) -> None:
    chosen = dominant([face(230, 150, 100), face(370, 150, 100 * share)], 600, 300)
    assert chosen is not None
    assert (chosen.rival is not None) == refused


def test_one_photo_is_enough(retail: FacePack, shared: Path) -> None:
    template, warning = enrol_photo(portrait(shared, 0), retail)
    assert template.shape == (retail.dimensions,)
    assert np.linalg.norm(template) == pytest.approx(1, abs=1e-5)
    assert warning is None


def test_a_ghost_portrait_gives_a_warning_and_the_same_person(retail: FacePack, shared: Path) -> None:
    person, alone = portrait(shared, 0), enrol_photo(portrait(shared, 0), retail)[0]
    ghost = portrait(shared, 1)[::3, ::3]
    sheet = np.full((250, 400, 3), 200, np.uint8)
    sheet[:, :250] = person
    sheet[140 : 140 + ghost.shape[0], 290 : 290 + ghost.shape[1]] = ghost
    template, warning = enrol_photo(sheet, retail)
    assert warning is not None
    assert "1 other face" in warning
    assert float(template @ alone) > 0.9


def test_two_alike_are_refused(retail: FacePack, shared: Path) -> None:
    both = np.concatenate([portrait(shared, 0), portrait(shared, 0)[:, ::-1]], axis=1)
    with pytest.raises(EnrolmentError, match="two faces"):
        enrol_photo(both, retail)


def test_no_face_and_a_tiny_one_are_refused(retail: FacePack, shared: Path) -> None:
    with pytest.raises(EnrolmentError, match="no face"):
        enrol_photo(np.full((300, 300, 3), 90, np.uint8), retail)
    small: Pixels = np.full((250, 250, 3), 90, np.uint8)
    thumb = portrait(shared, 0)[::8, ::8]
    small[100 : 100 + thumb.shape[0], 100 : 100 + thumb.shape[1]] = thumb
    with pytest.raises(EnrolmentError, match=r"no face|pixels high"):
        enrol_photo(small, retail)


def test_rows_become_people_and_bad_photos_refusals(retail: FacePack, shared: Path, tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"{number}.jpg").write_bytes(encode_jpeg(portrait(shared, number)))
    (tmp_path / "grey.jpg").write_bytes(encode_jpeg(np.full((200, 200, 3), 90, np.uint8)))
    (tmp_path / "text.jpg").write_text("not a picture")

    def row(number: int, who: str, photo: str, kind: str = "other") -> ListRow:
        return ListRow(number, who, "Sample", who, Listing(kind, "test", END), photo)

    watchlist = Watchlist(
        rows=(
            row(2, "A", "0.jpg"),
            row(3, "A", "0.jpg", "trespass"),
            row(4, "A", "grey.jpg"),
            row(5, "B", "text.jpg"),
            row(6, "C", "1.jpg"),
            row(7, "D", "none.jpg"),
        ),
        refused=(Refusal(8, "expires is empty"),),
    )
    steps: list[tuple[int, int]] = []
    enrolled = enrol(watchlist, FolderImages(tmp_path), retail, progress=lambda *step: steps.append(step))
    assert sorted(enrolled.people) == ["A", "C"] == sorted(enrolled.gallery.snapshot.people)
    assert enrolled.gallery.size == 2
    assert enrolled.people["A"].lists_on(END) == ("trespass", "other")
    assert [refusal.row for refusal in enrolled.refused] == [4, 5, 7, 8]
    said = [str(refusal) for refusal in enrolled.refused]
    assert "line 4: grey.jpg: no face found" in said[0]
    assert "line 5: text.jpg: not a picture" in said[1]
    assert "line 7: none.jpg: there is no such photo" in said[2]
    assert steps[-1] == (6, 6)


def test_a_photo_lying_on_its_side_is_turned_by_its_exif(
    retail: FacePack, shared: Path, tmp_path: Path
) -> None:
    from PIL import Image

    upright = portrait(shared, 0)
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn by 90 degrees to the right to see it upright"
    lying = np.ascontiguousarray(np.rot90(upright[:, :, ::-1]))
    Image.fromarray(lying).save(tmp_path / "lying.jpg", quality=95, exif=exif)
    template, _ = enrol_photo(read_image(tmp_path / "lying.jpg"), retail)
    assert float(template @ enrol_photo(upright, retail)[0]) > 0.9


def test_a_strip_without_a_face_is_refused_in_little_memory(retail: FacePack) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(EnrolmentError, match="no face"):
            enrol_photo(np.full((60, 60_000, 3), 90, np.uint8), retail)
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()

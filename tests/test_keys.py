"""Keys: what is sealed opens only with its key and at its place; what is destroyed stays destroyed."""

from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallwatch.adapters.keys.backups import KEPT, KeyBackups
from hallwatch.adapters.keys.keystore import JOURNAL, STORE, KeyStore
from hallwatch.adapters.keys.master import make_master, read_master
from hallwatch.adapters.keys.sealing import new_key, seal, unseal
from hallwatch.core.recognise.turning import turned, turning_matrix
from hallwatch.errors import KeyGone, KeysError, SealBroken
from tests.records import NOW, chest_in

TAG = b"\x07" * 32


def erase(store: KeyStore) -> None:
    store.journal.add("person-1", TAG, NOW)
    store.destroy("person-1")


@given(plain=st.binary(max_size=300), place=st.text(max_size=20), data=st.data())
def test_one_flipped_bit_anywhere_is_noticed(plain: bytes, place: str, data: st.DataObject) -> None:
    key = new_key()
    sealed = seal(key, plain, place)
    assert unseal(key, sealed, place) == plain
    at = data.draw(st.integers(0, 8 * len(sealed) - 1))
    altered = bytearray(sealed)
    altered[at // 8] ^= 1 << at % 8
    with pytest.raises(SealBroken):
        unseal(key, bytes(altered), place)


@given(sealed=st.binary(max_size=64))
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        unseal(bytes(32), sealed, "photo/p/0")


def test_what_is_sealed_opens_nowhere_else_and_with_no_other_key() -> None:
    key = new_key()
    sealed = seal(key, b"a face", "photo/p1/0")
    assert b"a face" not in sealed
    assert seal(key, b"a face", "photo/p1/0") != sealed
    for other_key, place in ((key, "photo/p2/0"), (new_key(), "photo/p1/0")):
        with pytest.raises(SealBroken):
            unseal(other_key, sealed, place)


def test_a_store_is_made_once_and_opens_with_its_own_master_key_only(tmp_path: Path) -> None:
    chest = chest_in(tmp_path)
    with pytest.raises(
        KeysError, match=r"there is no key store .* start hallwatch serve once, .* restored put its keys"
    ):
        chest.open()
    store = chest.open(writable=True)
    store.create(["person-1"], NOW)
    sealed = store.seal("person-1", b"secret", "x")
    assert chest.open().unseal("person-1", sealed, "x") == b"secret"
    for path in (chest.master_file, chest.folder / STORE):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(KeysError, match="the master key does not open"):
        KeyStore(chest.folder, new_key())
    chest.master_file.unlink()
    with pytest.raises(KeysError, match="is missing; put it back"):
        chest.open(writable=True)


def test_a_master_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    key = make_master(path)
    assert read_master(path) == key
    path.chmod(0o640)
    with pytest.raises(KeysError, match=f"others can read .* type: chmod 600 {path}"):
        read_master(path)
    path.chmod(0o600)
    path.write_text("not a key\n")
    with pytest.raises(KeysError, match="holds no master key") as refused:
        read_master(path)
    assert "not a key" not in str(refused.value)
    with pytest.raises(KeysError, match="never overwritten"):
        make_master(path)


def test_a_destroyed_key_is_gone_for_every_reader_at_once_and_for_good(tmp_path: Path) -> None:
    chest = chest_in(tmp_path)
    store, reader = chest.open(writable=True), chest.open()
    store.create(["person-1", "person-2"], NOW)
    sealed = store.seal("person-1", b"secret", "x")
    assert reader.unseal("person-1", sealed, "x") == b"secret"
    wrapped = _wrapped(chest.folder, "person-1")
    assert wrapped in (chest.folder / STORE).read_bytes()
    erase(store)
    with pytest.raises(KeyGone):
        reader.unseal("person-1", sealed, "x")
    with pytest.raises(KeyGone):
        reader.seal("person-1", b"new", "x")
    assert all(wrapped not in path.read_bytes() for path in chest.folder.iterdir())
    with pytest.raises(KeysError, match="were erased"):
        store.create(["person-1"], NOW)
    assert store.is_erased(TAG)
    assert reader.ids() == ["person-2", "site"]


def test_a_key_store_from_yesterday_forgets_again_who_was_erased_since(tmp_path: Path) -> None:
    chest = chest_in(tmp_path)
    store = chest.open(writable=True)
    store.create(["person-1", "person-2"], NOW)
    copy = chest.backups.take(store, NOW)
    erase(store)
    os.replace(copy, chest.folder / STORE)
    assert chest.open(writable=True).ids() == ["person-2", "site"]


def test_a_damaged_deletion_journal_stops_everything(tmp_path: Path) -> None:
    chest = chest_in(tmp_path)
    store = chest.open(writable=True)
    erase(store)
    journal = chest.folder / JOURNAL
    # a line that a crash cut off was never acknowledged
    journal.write_bytes(journal.read_bytes() + b'{"key": "person-2", "ta')
    assert list(chest.open(writable=True).journal.erased()) == ["person-1"]
    journal.write_bytes(b"rubbish\n" + journal.read_bytes())
    with pytest.raises(KeysError, match=r"line 1 of .* is damaged"):
        chest.open(writable=True)


def test_copies_live_for_a_week_and_say_when_an_erasure_is_complete(tmp_path: Path) -> None:
    chest = chest_in(tmp_path)
    store, backups = chest.open(writable=True), KeyBackups(tmp_path / "copies")
    assert backups.complete_on(NOW) == NOW.date()
    first = backups.take(store, NOW - timedelta(days=6))
    last = backups.take(store, NOW - timedelta(days=1))
    assert stat.S_IMODE(last.stat().st_mode) == 0o600
    assert backups.complete_on(NOW) == (NOW - timedelta(days=1) + KEPT).date()
    assert backups.prune(NOW) == 0
    assert backups.prune(NOW + timedelta(days=1)) == 1
    assert (first.exists(), last.exists()) == (False, True)


def test_rotation_wraps_every_key_anew_and_survives_being_cut_off(tmp_path: Path) -> None:
    chest = chest_in(tmp_path)
    store = chest.open(writable=True)
    store.create(["person-1"], NOW)
    sealed = store.seal("person-1", b"secret", "x")
    old = chest.master()
    assert store.rewrap(make_master(chest.next_master)) == 2
    # cut off here: the old key stands in its place, the new one beside it
    again = chest.open(writable=True)
    assert again.unseal("person-1", sealed, "x") == b"secret"
    assert (chest.next_master.exists(), chest.master() != old) == (False, True)
    with pytest.raises(KeysError, match="does not open"):
        KeyStore(chest.folder, old)


def test_a_turned_gallery_finds_the_same_and_compares_with_no_other_site(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    templates = generator.standard_normal((50, 128)).astype(np.float32)
    templates /= np.linalg.norm(templates, axis=1, keepdims=True)
    here, there = turning_matrix(b"a" * 32, 128), turning_matrix(b"b" * 32, 128)
    mine = np.stack([turned(template, here) for template in templates])
    theirs = np.stack([turned(template, there) for template in templates])
    assert np.abs(mine @ mine.T - templates @ templates.T).max() < 1e-5
    # the same face at two sites is as unlike as two strangers
    across = np.einsum("nd,nd->n", mine, theirs)
    assert np.abs(across).max() < 0.45
    assert np.abs(np.einsum("nd,nd->n", mine, templates)).max() < 0.45
    # a later NumPy must make the same matrix, for it is nowhere kept: these are the numbers of NumPy 2.4
    assert here[0, :3] == pytest.approx([0.08475857, -0.13441542, 0.04825144], abs=1e-6)


def _wrapped(folder: Path, key_id: str) -> bytes:
    import sqlite3

    with sqlite3.connect(folder / STORE) as connection:
        (wrapped,) = connection.execute("SELECT wrapped FROM key WHERE id = ?", (key_id,)).fetchone()
    connection.close()
    return bytes(wrapped)

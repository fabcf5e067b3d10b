"""hallwatch backup, restore, erase, keys and audit: the records of a site, with a server running or not."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from hallwatch.entry.cli.options import say

if TYPE_CHECKING:
    from hallwatch.core.audit import Plain, Verified
    from hallwatch.entry.installation import Installation

Config: TypeAlias = Annotated[Path, typer.Option("--config", help="The site's settings.")]
HERE = Path("hallwatch.toml")
KEYS_FIRST = (
    "do not start hallwatch serve, which would make other keys; put the site's own there first (keys-DAY.db as keys.db,"
    " keys-DAY.deletions.jsonl as deletions.jsonl, keys-DAY.jurisdiction.sealed as jurisdiction.sealed), and its master"
    " key where it was (docs/operating.md, Backups)"
)

keys_app = typer.Typer(no_args_is_help=True, help="The key store and its master key.")
audit_app = typer.Typer(no_args_is_help=True, help="The audit trail.")


def backup(
    config: Config = HERE,
    to: Annotated[Path | None, typer.Option(help="Folder. [default: data_dir/backups]")] = None,
    keep_days: Annotated[int, typer.Option(min=1, help="Older backups in that folder are deleted.")] = 30,
) -> None:
    """Copy the database while it is in use, and the keys to their own place; delete old copies of both."""
    from hallwatch.adapters.store.backup import check_backup, prune_backups, take_backup

    with installation(config) as site:
        folder = to or site.data / "backups"
        now = datetime.now(UTC)
        path = take_backup(site.place, folder, now)
        keys = site.chest.backups.take(site.store, now)
        old = prune_backups(folder, now - timedelta(days=keep_days)) + site.chest.backups.prune(now)
        note = check_backup(path)
        site.note("backup.take", detail={"rows": sum(note.rows.values()), "audit": note.audit})
        say(f"the database is in {path}, sealed; with it belongs {path.with_suffix('.json').name}")
        say(f"the keys are in {keys}, wrapped by the master key, which is in neither: keep it elsewhere")
        say(f"{sum(note.rows.values())} records, {old} old copies deleted")


def restore(
    file: Annotated[Path, typer.Argument(metavar="BACKUP")],
    config: Config = HERE,
) -> None:
    """Put a backup in the place of the database. Whoever was erased since stays erased."""
    from hallwatch.adapters.keys.chest import NoKeyStore
    from hallwatch.errors import BackupError

    try:
        with installation(config) as site:
            _restore(site, file)
    except NoKeyStore as error:
        raise BackupError(f"there is no key store in {error.folder}: {KEYS_FIRST}") from error


def _restore(site: Installation, file: Path) -> None:
    from hallwatch.adapters.store.backup import restore_backup
    from hallwatch.core.requests import AfterRestore
    from hallwatch.entry.keeper_client import alone_in, at_terminal, keeper_of
    from hallwatch.errors import BackupError

    lock = alone_in(site.data)
    if lock is None:
        raise BackupError("hallwatch serve is running on this data_dir; stop it first")
    try:
        head, disabled = site.head(), _disabled_now(site)
        note = restore_backup(file, site.place, site.chest.open(writable=True))
        # The trail goes back to the backup, and says so: its head of today is not missing, it is told.
        site.chest.head.unlink(missing_ok=True)
    finally:
        os.close(lock)
    with keeper_of(site.data, site.place, site.chest) as ask:
        detail: dict[str, Plain] = {
            "taken": note.taken.isoformat(),
            "trail_went_to": 0 if head is None else head.sequence,
            "trail_digest": "" if head is None else head.digest.hex(),
        }
        again = ask(AfterRestore(at_terminal(), detail, disabled or ())).number
    erased = len(site.store.journal.erased())
    say(f"restored {sum(note.rows.values())} records of {note.taken:%Y-%m-%d %H:%M} UTC from {file}")
    say(f"{erased} erased people stay erased; the trail says that it was restored")
    if disabled is None:
        say(
            "the database that was there cannot be read: look at People and roles for accounts to disable again"
        )
    else:
        say(
            f"{again} accounts that were disabled since then stay disabled; passwords and settings are of then"
        )


def _disabled_now(site: Installation) -> tuple[str, ...] | None:
    """The accounts that are disabled before a restore; None when the database cannot be read any more."""
    from hallwatch.errors import KeysError, SealBroken, StoreUnreadable

    try:
        return tuple(one.account_id for one in site.reader.everybody() if one.disabled)
    except (StoreUnreadable, SealBroken, KeysError):
        return None


def erase(
    external_id: Annotated[str, typer.Argument(help="As in the list.")],
    reason: Annotated[str, typer.Option(help="Why; kept in the audit trail. No names.", show_default=False)],
    config: Config = HERE,
) -> None:
    """Destroy a person's key: no photo, template, name or alert of theirs can be read again, here or in any backup."""
    from hallwatch.core.requests import ErasePerson
    from hallwatch.entry.keeper_client import at_terminal, keeper_of

    with installation(config) as site, keeper_of(site.data, site.place, site.chest) as ask:
        done = ask(ErasePerson(at_terminal(reason), external_id))
        say(f"{done.subject} is erased: nothing of this person can be read here any more")
        say(f"the last copy of the key is deleted by {done.day}; then nobody can, with any backup")
        say("take the person out of the list's folder, too: photo and row there are yours to delete")


def release_deletion(
    reason: Annotated[
        str, typer.Option(help="What you looked at; kept in the audit trail.", show_default=False)
    ],
    config: Config = HERE,
) -> None:
    """Let deletion go on that was held back because a clock was set or very much was due at once."""
    from hallwatch.core.requests import ReleaseDeletion
    from hallwatch.entry.keeper_client import at_terminal, keeper_of

    with installation(config) as site, keeper_of(site.data, site.place, site.chest) as ask:
        held = ask(ReleaseDeletion(at_terminal(reason))).subject
        say(f"deletion goes on; it was held back because {held}" if held else "nothing was held back")


@keys_app.command("rotate")
def rotate(
    config: Config = HERE,
    new_master_file: Annotated[
        Path | None, typer.Option(help="A master key that you made; without it, one is made.")
    ] = None,
) -> None:
    """Wrap all keys with a new master key."""
    from hallwatch.adapters.keys.master import make_master
    from hallwatch.core.requests import RotateMaster
    from hallwatch.entry.keeper_client import at_terminal, keeper_of
    from hallwatch.errors import KeysError

    with installation(config) as site:
        chest = site.chest
        given = chest.master_text is not None or not chest.own_master
        if given and new_master_file is None:
            raise KeysError(
                "the master key comes from the environment: make the new one yourself, name it with"
                " --new-master-file, and give it from then on"
            )
        if new_master_file is None:
            chest.next_master.unlink(missing_ok=True)
            make_master(chest.next_master)
        with keeper_of(site.data, site.place, chest) as ask:
            done = ask(RotateMaster(at_terminal(), str((new_master_file or chest.next_master).absolute())))
        if new_master_file is None and chest.next_master.exists():
            os.replace(chest.next_master, chest.master_file)
        say(
            f"{done.number} keys are wrapped by the new master key; older copies of the keys still need the old one"
        )


@audit_app.command("verify")
def verify_trail(
    config: Config = HERE,
    file: Annotated[Path | None, typer.Option(help="An exported trail, in place of the database.")] = None,
    public_key: Annotated[
        str | None, typer.Option(help="The trail's public key as you noted it (64 hexadecimal digits).")
    ] = None,
) -> None:
    """Walk the whole trail; exit status 1 when anything was altered or is missing, with the place."""
    if file is not None:
        _report(_verified_file(file, public_key))
        return
    from hallwatch.adapters.keys.signing import signed_by
    from hallwatch.core.audit import verify

    with installation(config) as site, site.reader.audit() as trail:
        public = site.public_key if public_key is None else bytes.fromhex(public_key)
        head = site.head()  # first: what is committed from now on is after it
        _report(
            verify(
                trail.entries(),
                trail.checkpoints(),
                lambda text, signature: signed_by(public, text, signature),
                head=head,
            )
        )


@audit_app.command("export")
def export_trail(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines.")],
    config: Config = HERE,
) -> None:
    """Write the trail to a file that verifies without the database."""
    from hallwatch.adapters.trail_file import write_trail

    with installation(config) as site:
        site.note("audit.export")
        with site.reader.audit() as trail, out.open("w", encoding="utf-8") as file:
            head = site.head()
            marks = [*trail.checkpoints(), *([head] if head else [])]
            count = write_trail(file, site.name, site.public_key, trail.entries(), marks)
        say(f"{count} entries in {out}; public key {site.public_key.hex()}")


@audit_app.command("listed")
def listed(
    at: Annotated[datetime, typer.Option(help="The moment, at the site's own time (2026-11-24T12:00).")],
    config: Config = HERE,
    external_id: Annotated[str | None, typer.Option(help="Was this person on the list?")] = None,
) -> None:
    """Who was on the list at a moment, from hashes: how many, and whether a person was."""
    with installation(config) as site, site.reader.people() as people:
        moment = at.replace(tzinfo=site.zone) if at.tzinfo is None else at
        version = people.list_at(moment.astimezone(UTC))
        answer: dict[str, object] = {"at": moment.isoformat(), "version": None, "people": 0}
        if version is not None:
            answer |= {
                "version": version.number,
                "since": version.at.isoformat(),
                "people": len(version.tags),
                "digest": version.digest.hex(),
            }
        if external_id is not None:
            answer["listed"] = version is not None and version.names(people.tag(external_id))
    print(json.dumps(answer))


def _verified_file(file: Path, public_key: str | None) -> Verified:
    from hallwatch.adapters.keys.signing import signed_by
    from hallwatch.adapters.trail_file import read_trail
    from hallwatch.core.audit import verify

    trail = read_trail(file)
    public = trail.public_key
    if public_key is None:
        say("the public key is taken from the file itself; compare it with the one that you noted:")
        say(public.hex())
    else:
        public = bytes.fromhex(public_key)
    return verify(
        trail.entries, trail.checkpoints, lambda text, signature: signed_by(public, text, signature)
    )


def _report(found: Verified) -> None:
    for fault in found.faults:
        print(f"hallwatch: {fault}", file=sys.stderr)
    if found.faults:
        say(f"THE TRAIL IS NOT WHAT WAS WRITTEN: {len(found.faults)} faults in {found.entries} entries")
        raise typer.Exit(1)
    print(
        f"{found.entries} entries, {found.checkpoints} signed checkpoints, nothing altered, nothing missing"
    )


@contextmanager
def installation(config: Path) -> Iterator[Installation]:
    """The site of a settings file, for one command."""
    from hallwatch.entry.installation import installed
    from hallwatch.settings.environment import Environment
    from hallwatch.settings.read import read_site

    with installed(read_site(config), Environment.from_environ()) as site:
        yield site

"""OneRoster 1.1 and 1.2 as a zip of CSV files: the students and staff of a district, whole or as changes.

Columns are those of 1EdTech's CSV binding. In 1.1 a user's role and schools stand in users.csv, from 1.2 on in
roles.csv. A user whose sign-in is switched off (``enabledUser`` false) is still on the rolls, and taken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from hallwatch.adapters.importers.archive import Archive
from hallwatch.adapters.importers.roster_files import ENDED, People, Rows, rows_in, wrong_status
from hallwatch.adapters.importers.text import shown
from hallwatch.core.imports import Entry, Found, RowFault
from hallwatch.errors import FileRefused

VERSIONS = ("1.1", "1.2")
STUDENT = "student"
STAFF = (
    "teacher",
    "aide",
    "administrator",
    "proctor",
    "counselor",
    "principal",
    "districtAdministrator",
    "siteAdministrator",
    "systemAdministrator",
)
FAMILY = ("guardian", "parent", "relative")
_TAKEN = {role.casefold(): role for role in (STUDENT, *STAFF)}
_FAMILY = {role.casefold() for role in FAMILY}
_USERS = ("sourcedId", "enabledUser", "givenName", "familyName")
_USERS_11 = (*_USERS, "role", "orgSourcedIds")
_ROLES = ("userSourcedId", "roleType", "role", "orgSourcedId")


@dataclass(frozen=True, slots=True)
class _Manifest:
    """Which version, and how each file comes: ``bulk``, ``delta`` or ``absent``."""

    version: str
    modes: Mapping[str, str]
    source: str

    def mode(self, file: str) -> str:
        """How a file comes; one that the manifest does not name is not there."""
        return self.modes.get(file, "absent")


def read_oneroster(archive: Archive) -> Found:
    """Everybody in the zip who is a student or staff. Raises FileRefused, in one line, for a zip that is not whole."""
    folder = _folder(archive)
    manifest = _manifest(archive, folder)
    users = _required(archive, folder, manifest, "users", _USERS if manifest.version == "1.2" else _USERS_11)
    delta = manifest.mode("users") == "delta"
    orgs = _orgs(archive, folder, manifest, delta)
    if manifest.version == "1.2":
        needed = not delta or manifest.mode("roles") != "absent"
        rows = _required(archive, folder, manifest, "roles", _ROLES) if needed else None
        roles = _Roles(rows, orgs)
    else:
        roles = _Roles(None, orgs)
    births = _births(archive, folder, manifest)
    return _Reading(manifest, users, roles, orgs, births, delta).found()


class _Orgs:
    """Names of schools and other places by id; ``whole`` says that there can be no others."""

    def __init__(self, names: Mapping[str, str], whole: bool, silent: bool) -> None:
        self.names, self.whole, self.silent = names, whole, silent


class _Roles:
    """What roles.csv says of whom: (role, school id, primary) and the rows that end a role."""

    def __init__(self, rows: Rows | None, orgs: _Orgs) -> None:
        self.of: dict[str, list[tuple[bool, str, str]]] = defaultdict(list)
        self.ending: set[str] = set()
        self.faults: list[RowFault] = []
        for row in rows or ():
            user = row["userSourcedId"]
            wrong = row.fault or wrong_status(row)
            if not wrong and orgs.whole and row["orgSourcedId"] not in orgs.names:
                wrong = f"orgSourcedId {shown(row['orgSourcedId'])} is not in orgs.csv"
            if wrong:
                self.faults.append(RowFault(row.file, row.number, wrong, user))
            elif row.get("status").casefold() == ENDED:
                self.ending.add(user)
            else:
                primary = row["roleType"].casefold() == "primary"
                self.of[user].append((not primary, row["role"], row["orgSourcedId"]))


class _Reading:
    """One pass over users.csv."""

    def __init__(
        self,
        manifest: _Manifest,
        users: Rows,
        roles: _Roles,
        orgs: _Orgs,
        births: tuple[dict[str, date], list[RowFault]] | None,
        delta: bool,
    ) -> None:
        self._manifest, self._users, self._roles, self._orgs = manifest, users, roles, orgs
        self._births, self._delta = births, delta
        self._faulty = {fault.external_id for fault in roles.faults}
        self._left_out: Counter[str] = Counter()
        self._disabled = 0

    def found(self) -> Found:
        """The whole zip as read."""
        people, gone = People(self._users.name), []
        for row in self._users:
            user = row["sourcedId"]
            wrong = row.fault or wrong_status(row) or people.wrong(user)
            if wrong:
                people.refuse(row.number, wrong, user)
            elif row.get("status").casefold() == ENDED:
                gone.append(user)
            elif user not in self._faulty:
                entry = self._entry(row.values, user)
                if isinstance(entry, str):
                    people.refuse(row.number, entry, user)
                elif entry:
                    people.take(replace(entry, row=row.number))
        faults = [*self._roles.faults, *people.faults, *(self._births[1] if self._births else ())]
        return Found(
            tuple(people.entries),
            tuple(faults),
            tuple(gone),
            self._delta,
            (*self._users.notes, *self._notes()),
            self._manifest.source,
        )

    def _entry(self, row: Mapping[str, str], user: str) -> Entry | str | None:
        """The person; a sentence when the row cannot be used; None when nobody asks for such people."""
        given = self._given(row, user)
        if isinstance(given, str):
            return given
        unsaid: set[str] = set()
        joining: set[str] = set()
        no_schools: tuple[str, ...] = ()
        if given is None:
            unsaid |= {"role", "schools"}
            role, schools = "", no_schools
        else:
            kept = [(_TAKEN[role.casefold()], org) for role, org in given if role.casefold() in _TAKEN]
            if not kept:
                names = [role.casefold() for role, _ in given]
                self._left_out["family" if set(names) & _FAMILY else "other"] += 1
                return None
            role = kept[0][0]
            schools = tuple(dict.fromkeys(self._orgs.names.get(org, "") for _, org in kept))
            if self._orgs.silent or not all(schools):
                unsaid, schools = unsaid | {"schools"}, no_schools
            elif self._manifest.version == "1.2" and self._manifest.mode("roles") == "delta":
                joining.add("schools")
        born = self._births[0].get(user) if self._births else None
        if self._births is None or (born is None and self._manifest.mode("demographics") == "delta"):
            unsaid.add("born")
        first, last = row["givenName"], row["familyName"]
        if not (first or last):
            return "givenName and familyName are both empty"
        self._disabled += row["enabledUser"].casefold() == "false"
        others = (row.get("identifier", ""), row.get("userMasterIdentifier", ""))
        preferred = " ".join(
            row.get(key, "") or plain
            for key, plain in (("preferredGivenName", first), ("preferredFamilyName", last))
        )
        return Entry(
            external_id=user,
            first_name=first,
            last_name=last,
            middle_name=row.get("middleName", ""),
            born=born,
            aliases=(preferred.strip(),) if preferred.strip() not in ("", f"{first} {last}".strip()) else (),
            schools=schools,
            role=role,
            other_ids=tuple(dict.fromkeys(one for one in others if one and one != user)),
            unsaid=frozenset(unsaid),
            joining=frozenset(joining),
        )

    def _given(self, row: Mapping[str, str], user: str) -> list[tuple[str, str]] | str | None:
        """Role and school, the first one first; None when a file of changes is silent; a sentence when wrong."""
        if self._manifest.version == "1.2":
            if user in self._roles.ending:
                return "a role of theirs ended; a file of changes does not say which are left: take a whole file in"
            given = [(role, org) for _, role, org in sorted(self._roles.of[user], key=lambda it: it[0])]
            if not given:
                return None if self._delta else "no row in roles.csv says what they are"
            return given
        orgs = [one.strip() for one in row["orgSourcedIds"].split(",") if one.strip()]
        missing = [one for one in orgs if one not in self._orgs.names]
        if missing and self._orgs.whole:
            return f"orgSourcedIds names {shown(missing[0])}, which is not in orgs.csv"
        if not orgs:
            return "orgSourcedIds is empty"
        return [(row["role"], org) for org in orgs]

    def _notes(self) -> list[str]:
        told = []
        if count := self._left_out["family"]:
            told.append(f"{count} guardians, parents and relatives are in the file and not taken in")
        if count := self._left_out["other"]:
            told.append(f"{count} people with a role that is neither student nor staff are not taken in")
        if self._disabled:
            told.append(
                f"{self._disabled} people whose sign-in is switched off are taken in: they are on the rolls"
            )
        return told


def _folder(archive: Archive) -> str:
    """Where in the zip the files lie: at the top, as the standard says, or in one folder, as people zip."""
    if "manifest.csv" in archive.names:
        return ""
    deeper = [name for name in archive.names if name.endswith("/manifest.csv")]
    if len(deeper) != 1:
        raise FileRefused(f"{archive.name} has no manifest.csv; a OneRoster zip has one at its top")
    return deeper[0].removesuffix("manifest.csv")


def _manifest(archive: Archive, folder: str) -> _Manifest:
    rows = rows_in(archive, folder, "manifest.csv", ("propertyName", "value"))
    said = {row["propertyName"]: row["value"] for row in rows}
    version = said.get("oneroster.version", "")
    version = "1.2" if version.startswith("1.2") else version
    if version not in VERSIONS:
        raise FileRefused(
            f"manifest.csv says oneroster.version {shown(version)}; versions {' and '.join(VERSIONS)} are read"
        )
    modes = {key.removeprefix("file."): value for key, value in said.items() if key.startswith("file.")}
    for file in ("users", "roles", "orgs", "demographics"):
        if modes.get(file, "absent") not in ("bulk", "delta", "absent"):
            raise FileRefused(
                f"manifest.csv says file.{file} is {shown(modes[file])}; it is bulk, delta or absent"
            )
    return _Manifest(version, modes, said.get("source.systemName", ""))


def _required(
    archive: Archive, folder: str, manifest: _Manifest, file: str, columns: tuple[str, ...]
) -> Rows:
    """A file that must be there, as rows."""
    if manifest.mode(file) == "absent":
        raise FileRefused(
            f"manifest.csv says that {file}.csv is absent; people cannot be taken in without it"
        )
    status = ("status",) if manifest.mode(file) == "delta" else ()
    return rows_in(archive, folder, f"{file}.csv", (*columns, *status))


def _orgs(archive: Archive, folder: str, manifest: _Manifest, delta: bool) -> _Orgs:
    if delta and manifest.mode("orgs") == "absent":
        return _Orgs({}, whole=False, silent=True)
    rows = _required(archive, folder, manifest, "orgs", ("sourcedId", "name"))
    names = {row["sourcedId"]: row["name"] for row in rows if not row.fault and row["name"]}
    return _Orgs(names, whole=manifest.mode("orgs") == "bulk", silent=False)


def _births(
    archive: Archive, folder: str, manifest: _Manifest
) -> tuple[dict[str, date], list[RowFault]] | None:
    """Birth dates by user, and rows without a usable one; None where the zip has no demographics."""
    if manifest.mode("demographics") == "absent":
        return None
    born: dict[str, date] = {}
    faults = []
    for row in _required(archive, folder, manifest, "demographics", ("sourcedId", "birthDate")):
        if row.fault:
            faults.append(RowFault(row.file, row.number, row.fault, row["sourcedId"]))
        elif row["birthDate"]:
            try:
                born[row["sourcedId"]] = date.fromisoformat(row["birthDate"])
            except ValueError:
                why = f"birthDate {shown(row['birthDate'])} is not a date like 2011-06-30; taken in without"
                faults.append(RowFault(row.file, row.number, why))
    return born, faults

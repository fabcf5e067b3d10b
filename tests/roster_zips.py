"""OneRoster zips built from the columns that 1EdTech publishes. All names are invented."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

USERS_11 = (
    "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,"
    "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password"
)
USERS_12 = (
    "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,"
    "sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,preferredGivenName,"
    "preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"
)
ROLES = (
    "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,"
    "userProfileSourcedId"
)
ORGS = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId"
DEMOGRAPHICS = "sourcedId,status,dateLastModified,birthDate,sex"
SCHOOLS = f"{ORGS}\no1,,,North High,school,,\no2,,,South Middle,school,,\n"


def manifest(version: str, **modes: str) -> str:
    """manifest.csv; files that are not named are absent."""
    lines = ["propertyName,value", "manifest.version,1.0", f"oneroster.version,{version}"]
    every = {"orgs": "bulk", "users": "bulk", "roles": "bulk" if version == "1.2" else "absent"} | modes
    return "\n".join(
        [*lines, *(f"file.{name},{mode}" for name, mode in every.items()), "source.systemName,Ledger"]
    )


def user_11(user: str, role: str = "student", orgs: str = "o1", **more: str) -> str:
    """A row of users.csv in 1.1."""
    return row(
        USERS_11,
        {
            "sourcedId": user,
            "role": role,
            "orgSourcedIds": f'"{orgs}"',
            "enabledUser": "true",
            "givenName": f"Given{user}",
        }
        | {"familyName": "Sample"}
        | more,
    )


def user_12(user: str, **more: str) -> str:
    """A row of users.csv in 1.2."""
    return row(
        USERS_12,
        {"sourcedId": user, "enabledUser": "true", "givenName": f"Given{user}", "familyName": "Sample"}
        | more,
    )


def role(user: str, kind: str = "student", org: str = "o1", **more: str) -> str:
    """A row of roles.csv."""
    return row(
        ROLES,
        {"sourcedId": f"r-{user}-{org}-{kind}", "userSourcedId": user, "roleType": "primary", "role": kind}
        | {"orgSourcedId": org}
        | more,
    )


def row(header: str, cells: Mapping[str, str]) -> str:
    """Cells in the order of a header."""
    names = header.split(",")
    assert set(cells) <= set(names)
    return ",".join(cells.get(name, "") for name in names)


def csv_of(header: str, *rows: str) -> str:
    """A file."""
    return "\r\n".join([header, *rows, ""])


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """A zip of them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, contents in files.items():
            made.writestr(name, contents)
    return out.getvalue()


def bulk_11(*users: str, **files: str) -> dict[str, str | bytes]:
    """A whole 1.1 zip's files."""
    return {
        "manifest.csv": manifest("1.1"),
        "orgs.csv": SCHOOLS,
        "users.csv": csv_of(USERS_11, *users),
        **{f"{name}.csv": contents for name, contents in files.items()},
    }


def bulk_12(users: list[str], roles: list[str]) -> dict[str, str | bytes]:
    """A whole 1.2 zip's files."""
    return {
        "manifest.csv": manifest("1.2"),
        "orgs.csv": SCHOOLS,
        "users.csv": csv_of(USERS_12, *users),
        "roles.csv": csv_of(ROLES, *roles),
    }

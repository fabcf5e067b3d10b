"""People, their photos and templates, versions of the list, the audit trail; alerts sealed with the person's key.

Going back keeps the new tables aside, and coming forward again takes them up, so that nothing is lost on the way.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import sqlalchemy as sa
from alembic import context, op

from hallwatch.adapters.store.sealed import Named, Seals
from hallwatch.core.model import Person
from hallwatch.errors import KeyGone, SettingsError

revision = "0002"
down_revision = "0001"

ASIDE = "kept_of_0002_"
NEW_TABLES = ("person", "photo", "template", "list_version", "setting", "audit", "checkpoint")
PAGE = 500


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if f"{ASIDE}person" in there:
        for table in NEW_TABLES:
            op.rename_table(f"{ASIDE}{table}", table)
    else:
        _make_tables()
    op.add_column("alert", sa.Column("person_id", sa.Text(), nullable=True))
    op.add_column("alert", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    _seal_alerts()
    with op.batch_alter_table("alert") as alert:
        for column in ("external_id", "name", "lists"):
            alert.drop_column(column)
        alert.alter_column("person_id", existing_type=sa.Text(), nullable=False)
        alert.alter_column("sealed", existing_type=sa.LargeBinary(), nullable=False)
        alert.create_index("ix_alert_person_id", ["person_id"])
    with op.batch_alter_table("shot") as shot:
        shot.alter_column("jpeg", new_column_name="sealed", existing_type=sa.LargeBinary())


def downgrade() -> None:
    _refuse_to_lose()
    op.add_column("alert", sa.Column("external_id", sa.Text(), nullable=True))
    op.add_column("alert", sa.Column("name", sa.Text(), nullable=True))
    op.add_column("alert", sa.Column("lists", sa.JSON(), nullable=True))
    _unseal_alerts()
    with op.batch_alter_table("alert") as alert:
        alert.drop_index("ix_alert_person_id")
        for column in ("person_id", "sealed"):
            alert.drop_column(column)
        for name, kind in (("external_id", sa.Text()), ("name", sa.Text()), ("lists", sa.JSON())):
            alert.alter_column(name, existing_type=kind, nullable=False)
    with op.batch_alter_table("shot") as shot:
        shot.alter_column("sealed", new_column_name="jpeg", existing_type=sa.LargeBinary())
    for table in NEW_TABLES:
        op.rename_table(table, f"{ASIDE}{table}")


def _make_tables() -> None:
    op.create_table(
        "person",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("updated", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_person"),
    )
    op.create_index("ix_person_tag", "person", ["tag"], unique=True)
    for table, more in (("photo", ()), ("template", ("fingerprint",))):
        op.create_table(
            table,
            sa.Column("person_id", sa.Text(), nullable=False),
            sa.Column("place", sa.Integer(), nullable=False),
            *(sa.Column(name, sa.Text(), nullable=False) for name in more),
            sa.Column("sealed", sa.LargeBinary(), nullable=False),
            sa.ForeignKeyConstraint(
                ["person_id"], ["person.person_id"], name=f"fk_{table}_person_id_person", ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("person_id", "place", *more, name=f"pk_{table}"),
        )
    op.create_table(
        "list_version",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("tags", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_list_version"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_setting"),
    )
    texts = ("at", "actor", "action", "subject", "school", "reason", "origin", "detail")
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit"),
    )
    op.create_table(
        "checkpoint",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_checkpoint"),
    )


def _seal_alerts() -> None:
    """Every alert and shot with the key of its person; whoever is not a person yet becomes one."""
    bind, seals = op.get_bind(), _seals()
    numbers: dict[str, str] = {}
    now = datetime.now(UTC)
    for rows in _pages(
        "SELECT alert.alert_id, external_id, name, lists, jpeg FROM alert LEFT JOIN shot"
        " ON shot.alert_id = alert.alert_id WHERE alert.alert_id > :after ORDER BY alert.alert_id LIMIT :page"
    ):
        wanted = {row.external_id: row.name for row in rows if row.external_id not in numbers}
        numbers |= _persons(wanted, seals, now)
        named, shots = [], []
        for row in rows:
            number = numbers[row.external_id]
            lists = tuple(json.loads(row.lists) if isinstance(row.lists, str) else row.lists)
            gone = seals.vault.is_erased(seals.tag(row.external_id))
            who = Named(row.external_id, row.name, lists)
            sealed = b"" if gone else seals.named(number, row.alert_id, who)
            named.append({"alert": row.alert_id, "person": number, "sealed": sealed})
            if row.jpeg is not None:
                jpeg = b"" if gone else seals.shot(number, row.alert_id, bytes(row.jpeg))
                shots.append({"alert": row.alert_id, "jpeg": jpeg})
        bind.execute(
            sa.text("UPDATE alert SET person_id = :person, sealed = :sealed WHERE alert_id = :alert"), named
        )
        if shots:
            bind.execute(sa.text("UPDATE shot SET jpeg = :jpeg WHERE alert_id = :alert"), shots)


def _persons(wanted: dict[str, str], seals: Seals, now: datetime) -> dict[str, str]:
    bind, found, new = op.get_bind(), {}, {}
    for external_id, name in wanted.items():
        known = bind.execute(
            sa.text("SELECT person_id FROM person WHERE tag = :tag"), {"tag": seals.tag(external_id)}
        ).scalar()
        if known is not None:
            found[external_id] = str(known)
        else:
            new[external_id] = (f"person-{uuid.uuid4().hex}", name)
    erased = {external_id for external_id in new if seals.vault.is_erased(seals.tag(external_id))}
    seals.vault.create([number for one, (number, _) in new.items() if one not in erased], now)
    for external_id, (number, name) in new.items():
        bind.execute(
            sa.text(
                "INSERT INTO person (person_id, tag, content, sealed, created, updated)"
                " VALUES (:p, :t, :c, :s, :n, :n)"
            ),
            {
                "p": number,
                "t": seals.tag(external_id),
                "c": b"",
                "s": b""
                if external_id in erased
                else seals.person(number, Person(external_id, name, "", ())),
                "n": now.replace(tzinfo=None),
            },
        )
        found[external_id] = number
    return found


def _refuse_to_lose() -> None:
    """The earlier tables hold names in the clear; whoever cannot be named any more would be lost."""
    bind, seals = op.get_bind(), _seals()
    lost = 0
    for person_id, alerts in bind.execute(
        sa.text("SELECT person_id, count(*) FROM alert GROUP BY person_id")
    ):
        try:
            seals.vault.seal(person_id, b"", "")
        except KeyGone:
            lost += alerts
    if lost:
        raise SettingsError(
            f"going back to version {down_revision} would lose {lost} alerts of people whose key was destroyed;"
            " restore a backup of that version instead"
        )


def _unseal_alerts() -> None:
    bind, seals = op.get_bind(), _seals()
    for rows in _pages(
        "SELECT alert.alert_id, person_id, alert.sealed, shot.sealed AS shot FROM alert LEFT JOIN shot"
        " ON shot.alert_id = alert.alert_id WHERE alert.alert_id > :after ORDER BY alert.alert_id LIMIT :page"
    ):
        named, shots = [], []
        for row in rows:
            who = seals.open_named(row.person_id, row.alert_id, bytes(row.sealed))
            named.append(
                {"a": row.alert_id, "e": who.external_id, "n": who.name, "l": json.dumps(list(who.lists))}
            )
            if row.shot is not None:
                jpeg = seals.open_shot(row.person_id, row.alert_id, bytes(row.shot))
                shots.append({"a": row.alert_id, "j": jpeg})
        lists = ":l" if bind.dialect.name == "sqlite" else "CAST(:l AS JSON)"
        bind.execute(
            sa.text(f"UPDATE alert SET external_id = :e, name = :n, lists = {lists} WHERE alert_id = :a"),
            named,
        )
        if shots:
            bind.execute(sa.text("UPDATE shot SET sealed = :j WHERE alert_id = :a"), shots)


def _pages(question: str) -> Iterator[list[Any]]:
    after = ""
    while True:
        rows = list(op.get_bind().execute(sa.text(question), {"after": after, "page": PAGE}))
        if rows:
            yield rows
            after = rows[-1].alert_id
        if len(rows) < PAGE:
            return


def _seals() -> Seals:
    return Seals(cast("Any", context.config.attributes["vault"]))

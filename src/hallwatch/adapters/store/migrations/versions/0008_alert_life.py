"""The life of an alert: its steps, its path in place of the single shot, and what holds a person's alerts back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from hallwatch.adapters.store.sealed import Seals

revision = "0008"
down_revision = "0007"

ASIDE = "kept_of_0008_"
KEPT = ("path", "step", "restraint")
LIFE = f"{ASIDE}life"
COLUMNS: tuple[tuple[str, sa.types.TypeEngine[Any], object, bool], ...] = (
    ("state", sa.Text(), "raised", False),
    ("answer", sa.Text(), "", False),
    ("answered", sa.DateTime(), None, True),
    ("disputed", sa.Boolean(), False, False),
    ("outcome", sa.Text(), "", False),
    ("braked", sa.Boolean(), False, False),
    ("security_only", sa.Boolean(), False, False),
    ("lapsed", sa.Boolean(), False, False),
)
NAMES = ", ".join(name for name, *_ in COLUMNS)
PAGE = 500


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    again = LIFE in there
    if again:
        for table in KEPT:
            op.rename_table(f"{ASIDE}{table}", table)
    else:
        _make_tables()
    _add_columns()
    if again:
        _take_up_again()
    # Shots of alerts that are new here, and those that an earlier Hallwatch has found better meanwhile.
    op.execute(
        "INSERT INTO path (alert_id, number, camera, first, last, score, face_px, shots, sealed)"
        " SELECT a.alert_id, 0, a.camera, a.at, a.last_at, s.score, s.face_px, a.shots, s.sealed"
        " FROM alert a JOIN shot s ON s.alert_id = a.alert_id"
        " WHERE a.alert_id NOT IN (SELECT alert_id FROM path)"
    )
    op.execute(
        "INSERT INTO path (alert_id, number, camera, first, last, score, face_px, shots, sealed)"
        " SELECT alert_id, 0, camera, at, last_at, score, face_px, shots, NULL FROM alert"
        " WHERE alert_id NOT IN (SELECT alert_id FROM path)"
    )
    gone = sa.text(
        "UPDATE alert SET lapsed = :yes WHERE answer = '' AND alert_id NOT IN (SELECT alert_id FROM shot)"
    )
    op.get_bind().execute(gone.bindparams(yes=True))
    op.drop_table("shot")


def downgrade() -> None:
    """What is new is kept aside; of each path the best shot becomes the alert's."""
    op.create_table(
        "shot",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("face_px", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.alert_id"], name="fk_shot_alert_id_alert", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alert_id", name="pk_shot"),
    )
    _best_shots()
    op.create_table(
        LIFE,
        sa.Column("alert_id", sa.Text(), nullable=False, primary_key=True),
        *(sa.Column(name, kind, nullable=nullable) for name, kind, _, nullable in COLUMNS),
    )
    op.execute(f"INSERT INTO {LIFE} (alert_id, {NAMES}) SELECT alert_id, {NAMES} FROM alert")
    with op.batch_alter_table("alert") as alert:
        for name, *_ in COLUMNS:
            alert.drop_column(name)
    for table in KEPT:
        op.rename_table(table, f"{ASIDE}{table}")


def _add_columns() -> None:
    with op.batch_alter_table("alert") as alert:
        for name, kind, default, nullable in COLUMNS:
            said = None if nullable else sa.false() if default is False else str(default)
            alert.add_column(sa.Column(name, kind, nullable=nullable, server_default=said))
    with op.batch_alter_table("alert") as alert:
        for name, kind, _, nullable in COLUMNS:
            if not nullable:
                alert.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def _take_up_again() -> None:
    """Answers come back; pictures that an earlier Hallwatch has deleted since are deleted here, too."""
    for name, *_ in COLUMNS:
        op.execute(
            f"UPDATE alert SET {name} = (SELECT k.{name} FROM {LIFE} k WHERE k.alert_id = alert.alert_id)"
            f" WHERE alert_id IN (SELECT alert_id FROM {LIFE})"
        )
    op.execute("UPDATE path SET sealed = NULL WHERE alert_id NOT IN (SELECT alert_id FROM shot)")
    erased = "(SELECT alert_id FROM alert WHERE length(sealed) = 0)"
    empty = sa.text(f"UPDATE step SET sealed = :empty WHERE alert_id IN {erased}")
    op.get_bind().execute(empty.bindparams(sa.bindparam("empty", b"", sa.LargeBinary())))
    for table in ("path", "step"):
        op.execute(f"DELETE FROM {table} WHERE alert_id NOT IN (SELECT alert_id FROM alert)")
    op.execute("DELETE FROM restraint WHERE person_id NOT IN (SELECT person_id FROM person)")
    _add_better_shots()
    op.drop_table(LIFE)


def _add_better_shots() -> None:
    seals: Seals = Seals(context.config.attributes["vault"])
    better = (
        "SELECT s.alert_id, a.person_id, a.last_camera, a.last_at, s.score, s.face_px, a.shots, s.sealed,"
        " (SELECT max(p.number) FROM path p WHERE p.alert_id = s.alert_id) + 1 AS number"
        " FROM shot s JOIN alert a ON a.alert_id = s.alert_id"
        " WHERE s.score > (SELECT max(p.score) FROM path p WHERE p.alert_id = s.alert_id)"
    )
    for row in op.get_bind().execute(sa.text(better)).mappings().all():
        opened = seals.open_shot(row["person_id"], row["alert_id"], bytes(row["sealed"]))
        if opened is None:
            continue
        sealed = seals.shot(row["person_id"], row["alert_id"], opened, row["number"])
        op.get_bind().execute(
            sa.text(
                "INSERT INTO path (alert_id, number, camera, first, last, score, face_px, shots, sealed)"
                " VALUES (:alert_id, :number, :last_camera, :last_at, :last_at, :score, :face_px, :shots, :sealed)"
            ),
            {**row, "sealed": sealed},
        )


def _best_shots() -> None:
    seals: Seals = Seals(context.config.attributes["vault"])
    insert = sa.text(
        "INSERT INTO shot (alert_id, score, face_px, sealed) VALUES (:alert_id, :score, :face_px, :sealed)"
    )
    for row in _pictured():
        sealed = bytes(row["sealed"])
        if row["number"]:
            opened = seals.open_shot(row["person_id"], row["alert_id"], sealed, row["number"])
            if opened is None:
                continue
            sealed = seals.shot(row["person_id"], row["alert_id"], opened)
        op.get_bind().execute(insert, {**row, "sealed": sealed})


def _pictured() -> Iterator[dict[str, Any]]:
    """The best picture of each alert, some alerts at a time."""
    question = sa.text(
        "SELECT p.alert_id, p.number, p.score, p.face_px, p.sealed, a.person_id FROM path p"
        " JOIN alert a ON a.alert_id = p.alert_id WHERE p.sealed IS NOT NULL AND p.alert_id > :after"
        " ORDER BY p.alert_id, p.score DESC, p.face_px DESC, p.number LIMIT :page"
    )
    after, done = "", ""
    while rows := op.get_bind().execute(question, {"after": after, "page": PAGE}).mappings().all():
        for row in rows:
            if row["alert_id"] != done:
                done = row["alert_id"]
                yield dict(row)
        after = done


def _make_tables() -> None:
    owner = ("alert_id", "alert.alert_id")
    op.create_table(
        "path",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("camera", sa.Text(), nullable=False),
        sa.Column("first", sa.DateTime(), nullable=False),
        sa.Column("last", sa.DateTime(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("face_px", sa.Integer(), nullable=False),
        sa.Column("shots", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        _owned("path", *owner),
        sa.PrimaryKeyConstraint("alert_id", "number", name="pk_path"),
    )
    op.create_table(
        "step",
        sa.Column("alert_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("account_id", "act", "answer", "outcome")),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _owned("step", *owner),
        sa.PrimaryKeyConstraint("alert_id", "number", name="pk_step"),
    )
    op.create_table(
        "restraint",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("person_id", "what", "alert_id", "pack")),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("reviewed", sa.DateTime(), nullable=True),
        sa.Column("kept_out", sa.Integer(), nullable=False),
        _owned("restraint", "person_id", "person.person_id"),
        sa.PrimaryKeyConstraint("person_id", "what", "alert_id", name="pk_restraint"),
    )


def _owned(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{owner.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [owner], name=name, ondelete="CASCADE")

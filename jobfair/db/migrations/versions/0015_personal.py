"""What identifies an applicant is encrypted with a key of the person's own; who looks is noted."""

import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from jobfair.keys import Keys, PersonalKey

revision = "0015"
down_revision = "0014"

AT_ONCE = 1000
PERSONAL = (
    "name", "birth_date", "phone", "major", "school", "graduation_year", "experience", "village",
)  # fmt: skip
COUNTED = ("sex", "education", "experience_years", "district", "cv")


def upgrade() -> None:
    for table, name in (
        ("applicant", "key_wrapped"),
        ("applicant", "disability_sealed"),
        ("application", "answers_sealed"),
    ):
        op.add_column(table, sa.Column(name, sa.LargeBinary(), nullable=True))
    for table in ("applicant", "application"):
        empty = sa.Column("personal_sealed", sa.LargeBinary(), nullable=False, server_default="")
        op.add_column(table, empty)
    connection = op.get_bind()
    people = _seal_people(connection)
    _seal_applications(connection, people)
    connection.execute(sa.text("update account set name = '' where role = 'applicant'"))
    connection.execute(sa.text("delete from form_draft"))
    # In place: SQLite could not build anew a table that others refer to.
    for name in (*PERSONAL, "disability"):
        op.drop_column("applicant", name)
    op.drop_column("application", "answers")
    _add_tables()


def _add_tables() -> None:
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"])
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
    )
    op.create_index("ix_consent_account_id", "consent", ["account_id"])
    op.create_table(
        "opening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_opening_application_id_application"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name="fk_opening_account_id_account"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_opening"),
    )
    op.create_index("ix_opening_application_id", "opening", ["application_id"])


def _pages(connection: sa.Connection, query: str) -> Any:
    """Yield the rows of a query, some at a time, each page after the last id of the one before."""
    last = 0
    while rows := connection.execute(sa.text(query), {"last": last, "most": AT_ONCE}).all():
        yield rows
        last = rows[-1].id


def _keys() -> Keys:
    config = op.get_context().config
    keys: Keys | None = config.attributes.get("keys") if config else None
    if keys is None:
        raise RuntimeError("there are people whose data has to be sealed, and no key to do it with")
    return keys


def _seal_people(connection: sa.Connection) -> dict[int, PersonalKey]:
    people: dict[int, PersonalKey] = {}
    columns = ", ".join(("id", "public_id", *PERSONAL, "disability"))
    query = f"select {columns} from applicant where id > :last order by id limit :most"  # noqa: S608
    for rows in _pages(connection, query):
        sealed = []
        for row in rows:
            person = people[row.id] = _keys().new_person(row.public_id)
            told = {name: getattr(row, name) for name in PERSONAL}
            told["birth_date"] = str(told["birth_date"])
            sealed.append({
                "id": row.id,
                "key": _keys().wrap(person),
                "personal": person.seal(told, what="personal"),
                "disability": person.seal(row.disability, what="disability")
                if row.disability
                else None,
            })  # fmt: skip
        connection.execute(
            sa.text(
                "update applicant set key_wrapped = :key, personal_sealed = :personal,"
                " disability_sealed = :disability where id = :id"
            ),
            sealed,
        )
    return people


def _seal_applications(connection: sa.Connection, people: dict[int, PersonalKey]) -> None:
    """Seal what was sent, each as it was sent. Ages are those the frozen reports have counted."""
    last_days = _last_days(connection)
    query = (
        "select id, fair_id, applicant_id, profile, answers from application"
        " where id > :last order by id limit :most"
    )
    for rows in _pages(connection, query):
        sealed = []
        for row in rows:
            person, sent, answers = people[row.applicant_id], json.loads(row.profile), row.answers
            counted = {name: sent.get(name, "") for name in COUNTED}
            born = sent.get("birth_date")
            day = last_days.get(row.fair_id)
            counted["age"] = _age(date.fromisoformat(born), day) if born and day else None
            told = {name: sent.get(name, "") for name in PERSONAL}
            given = json.loads(answers)
            sealed.append({
                "id": row.id,
                "profile": json.dumps(
                    counted, sort_keys=True, ensure_ascii=False, separators=(",", ":")
                ),
                "personal": person.seal(told, what="personal"),
                "answers": person.seal(given, what="answers") if given else None,
            })  # fmt: skip
        connection.execute(
            sa.text(
                "update application set profile = :profile, personal_sealed = :personal,"
                " answers_sealed = :answers where id = :id"
            ),
            sealed,
        )


def _last_days(connection: sa.Connection) -> dict[int, date]:
    """Return the last day of every fair as it stands: until now ages were those of that day."""
    windows = connection.execute(
        sa.text(
            "select fair.id, fair.time_zone, fair_window.closes_at from fair join fair_window"
            " on fair_window.fair_id = fair.id order by fair_window.ordinal"
        ).columns(closes_at=sa.DateTime(timezone=True))
    )
    utc = ZoneInfo("UTC")
    days = {}
    for fair_id, zone, closes_at in windows:
        at: datetime = closes_at if closes_at.tzinfo else closes_at.replace(tzinfo=utc)
        days[fair_id] = at.astimezone(ZoneInfo(zone)).date()
    return days


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

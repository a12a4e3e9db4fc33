"""No two fairs that still run have one receipt prefix; no fair promises an order by address.

Receipt numbers are unique. Two fairs of one prefix refused each other's applications for ever.
"""

import sqlalchemy as sa
from alembic import op

from jobfair.errors import Misconfigured

revision = "0007"
down_revision = "0006"
LONGEST = 6
UNLATCHED = sa.text("latched_at IS NULL")
FAIR = sa.table(
    "fair",
    sa.column("id"), sa.column("slug"), sa.column("receipt_prefix"), sa.column("latched_at"),
    sa.column("ledger_seq"), sa.column("residence_policy"), sa.column("residence_basis"),
)  # fmt: skip


def upgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(
            FAIR.c.id, FAIR.c.slug, FAIR.c.receipt_prefix, FAIR.c.latched_at, FAIR.c.ledger_seq
        ).order_by(FAIR.c.latched_at.is_(None), FAIR.c.ledger_seq.desc(), FAIR.c.id)
    ).all()
    holders: dict[str, str] = {}
    for row in rows:  # those that hold numbers of their prefix come first
        prefix = row.receipt_prefix
        if prefix in holders and row.latched_at is None:
            if row.ledger_seq:
                raise Misconfigured(
                    "Job fair %(one)s dan %(other)s sama-sama memakai awalan nomor bukti "
                    "%(prefix)s. Tutup salah satu dengan versi program yang lama, lalu jalankan "
                    "lagi: jobfair migrate",
                    one=holders[prefix],
                    other=row.slug,
                    prefix=prefix,
                )
            prefix = _free(prefix, holders, {one.receipt_prefix for one in rows})
            change = sa.update(FAIR).where(FAIR.c.id == row.id)
            connection.execute(change.values(receipt_prefix=prefix))
        holders.setdefault(prefix, row.slug)
    op.create_index(
        "uq_fair_receipt_prefix", "fair", ["receipt_prefix"], unique=True,
        sqlite_where=UNLATCHED, postgresql_where=UNLATCHED,
    )  # fmt: skip
    connection.execute(
        sa.update(FAIR)
        .where(FAIR.c.residence_policy == "local_priority", FAIR.c.latched_at.is_(None))
        .values(residence_policy="open", residence_basis="")
    )


def _free(prefix: str, holders: dict[str, str], known: set[str]) -> str:
    numbered = (f"{prefix[: LONGEST - len(str(n))]}{n}" for n in range(2, 10_000))
    return next(one for one in numbered if one not in holders and one not in known)

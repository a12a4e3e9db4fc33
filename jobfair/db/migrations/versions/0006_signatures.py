"""Signatures of frozen figures, and every recount of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for name in ("signature", "public_key"):
        op.add_column("closing", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.create_table(
        "closing_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_closing_check_fair_id_fair")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_check")),
    )
    op.create_index(
        "ix_closing_check_newest", "closing_check", ["fair_id", "edition", "id"], unique=False
    )

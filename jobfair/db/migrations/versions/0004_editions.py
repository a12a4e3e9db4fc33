"""How often a company or a position has changed: what pages made of them are kept by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for table, owner in (("company", "office_id"), ("position", "fair_id")):
        column = sa.Column("edition", sa.Integer(), nullable=False, server_default="1")
        op.add_column(table, column)
        op.create_index(f"ix_{table}_editions", table, [owner, "edition"], unique=False)
    op.drop_index(op.f("ix_position_fair_id"), "position")

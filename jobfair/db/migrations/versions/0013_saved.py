"""Saved positions, and saved searches."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "saved_position",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_saved_position_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_saved_position_position_id_position")
        ),
        sa.PrimaryKeyConstraint("account_id", "position_id", name=op.f("pk_saved_position")),
    )
    op.create_index(op.f("ix_saved_position_position_id"), "saved_position", ["position_id"])
    op.create_table(
        "saved_search",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_saved_search_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_saved_search_fair_id_fair")
        ),
        sa.PrimaryKeyConstraint("account_id", "fair_id", "query", name=op.f("pk_saved_search")),
    )
    op.create_index(op.f("ix_saved_search_fair_id"), "saved_search", ["fair_id"])

"""How often somebody tried, counted for all nodes together."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # PostgreSQL need not write tries to its log: lost in a crash, they are simply forgotten.
    unlogged = ["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else []
    op.create_table(
        "attempts",
        sa.Column("name", sa.LargeBinary(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "since", name=op.f("pk_attempts")),
        prefixes=unlogged,
    )

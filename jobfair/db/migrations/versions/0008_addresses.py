"""Earlier districts of applicants: a gate asks where somebody lived when the fair was published."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("applicant", sa.Column("moves", sa.Text(), nullable=False, server_default="[]"))

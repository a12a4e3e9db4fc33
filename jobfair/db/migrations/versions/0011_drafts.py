"""Registering in two steps, and drafts that are kept on the server."""

import sqlalchemy as sa
from alembic import op

from jobfair.db.base import UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("applicant", sa.Column("completed_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE applicant SET completed_at = created_at")
    op.create_table(
        "form_draft",
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("form", sa.String(), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
    )
    op.create_index(op.f("ix_form_draft_updated_at"), "form_draft", ["updated_at"])

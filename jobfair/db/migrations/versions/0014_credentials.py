"""Contacts, one-time codes, second factors, and what each signed-in browser is."""

import sqlalchemy as sa
from alembic import op

from jobfair.db.base import UtcDateTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("value_index", sa.LargeBinary(32), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.UniqueConstraint("account_id", "value_index"),
    )
    op.create_index(op.f("ix_contact_value_index"), "contact", ["value_index"])
    op.create_table(
        "one_time_code",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(32), nullable=False),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.UniqueConstraint("purpose", "name"),
    )
    op.create_index(op.f("ix_one_time_code_account_id"), "one_time_code", ["account_id"])
    op.create_index(op.f("ix_one_time_code_expires_at"), "one_time_code", ["expires_at"])
    op.add_column("account", sa.Column("duty", sa.String(), nullable=True))
    op.execute("UPDATE account SET duty = 'committee' WHERE role = 'ORGANISER'")
    op.add_column("account", sa.Column("claimed_at", UtcDateTime(), nullable=True))
    op.add_column("account", sa.Column("totp_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("account", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.add_column("account", sa.Column("totp_at", UtcDateTime(), nullable=True))
    op.add_column("sign_in", sa.Column("device", sa.String(), server_default="", nullable=False))
    op.add_column("sign_in", sa.Column("proved_at", UtcDateTime(), nullable=True))
    op.add_column(
        "sign_in",
        sa.Column("awaits_code", sa.Boolean(), server_default=sa.false(), nullable=False),
    )

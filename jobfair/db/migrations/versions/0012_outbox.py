"""Messages to people: the inbox, deliveries through channels, and broadcasts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def only(where: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}


def instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("letter", sa.String(20), nullable=False),
        sa.Column("audience", sa.String(20), nullable=False),
        sa.Column("about", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        instant("created_at"),
        sa.Column("reached", sa.Integer(), nullable=False),
        instant("expanded_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
        sa.UniqueConstraint("key", name=op.f("uq_broadcast_key")),
    )
    op.create_index("ix_broadcast_unexpanded", "broadcast", ["id"], **only("expanded_at IS NULL"))
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(20), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        instant("created_at"),
        instant("send_at"),
        instant("read_at", nullable=True),
        instant("fanned_out_at", nullable=True),
        sa.Column("broadcast_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_inbox", "message", ["account_id", "id"])
    op.create_index("ix_message_fan_out", "message", ["send_at"], **only("fanned_out_at IS NULL"))
    op.create_index(
        "one_message_per_broadcast_and_account",
        "message",
        ["broadcast_id", "account_id"],
        unique=True,
        **only("broadcast_id IS NOT NULL"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        instant("since"),
        instant("due_at"),
        sa.Column("lease", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(20), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        instant("sent_at", nullable=True),
        sa.Column("told_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_delivery_message_id_message")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("message_id", "channel", name=op.f("uq_delivery_message_id_channel")),
    )
    op.create_index(
        "ix_delivery_queue",
        "delivery",
        ["channel", "rank", "due_at"],
        **only("state = 'waiting'"),
    )

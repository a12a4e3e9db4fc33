"""The ledger of applications, its stages, its kept tallies and the frozen figures."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=False),
        sa.Column("applicant_id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("stage_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_application_seq_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["applicant.id"], name=op.f("fk_application_applicant_id_applicant")
        ),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_application_fair_id_fair")),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_application_position_id_position")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint(
            "applicant_id", "position_id", name=op.f("uq_application_applicant_id_position_id")
        ),
        sa.UniqueConstraint("fair_id", "seq", name=op.f("uq_application_fair_id_seq")),
        sa.UniqueConstraint("receipt", name=op.f("uq_application_receipt")),
    )
    op.create_index(
        "ix_application_desk", "application", ["position_id", "stage", "seq"], unique=False
    )
    op.create_table(
        "stage_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("from_stage", sa.String(20), nullable=False),
        sa.Column("to_stage", sa.String(20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_stage_change_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_stage_change_application_id_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_change")),
    )
    op.create_index(
        op.f("ix_stage_change_application_id"), "stage_change", ["application_id"], unique=False
    )
    op.create_index("ix_stage_change_undo", "stage_change", ["account_id", "at"], unique=False)
    op.create_table(
        "fair_applicant",
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("applicant_id", sa.Integer(), nullable=False),
        sa.Column("applications", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["applicant_id"],
            ["applicant.id"],
            name=op.f("fk_fair_applicant_applicant_id_applicant"),
        ),
        sa.ForeignKeyConstraint(
            ["fair_id"], ["fair.id"], name=op.f("fk_fair_applicant_fair_id_fair")
        ),
        sa.PrimaryKeyConstraint("fair_id", "applicant_id", name=op.f("pk_fair_applicant")),
    )
    op.create_table(
        "stage_tally",
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.CheckConstraint("n >= 0", name=op.f("ck_stage_tally_not_negative")),
        sa.ForeignKeyConstraint(
            ["position_id"], ["position.id"], name=op.f("fk_stage_tally_position_id_position")
        ),
        sa.PrimaryKeyConstraint("position_id", "stage", name=op.f("pk_stage_tally")),
    )
    op.create_table(
        "hour_tally",
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applications", sa.Integer(), nullable=False),
        sa.Column("new_applicants", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_hour_tally_fair_id_fair")),
        sa.PrimaryKeyConstraint("fair_id", "hour", name=op.f("pk_hour_tally")),
    )
    op.create_table(
        "closing",
        sa.Column("fair_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_closing_fair_id_fair")),
        sa.PrimaryKeyConstraint("fair_id", "edition", name=op.f("pk_closing")),
    )

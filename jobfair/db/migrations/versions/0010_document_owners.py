"""A document no longer names its applicant: a table of the owner's subject names the document."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    # Read first, linked last: SQLite builds ``document`` anew, and dropping the old one would
    # take every row with it that already refers to it.
    op.execute("CREATE TEMPORARY TABLE owner AS SELECT id, applicant_id, replaced_at FROM document")
    op.drop_index("ix_document_leaving", "document")
    op.drop_index("ix_document_applicant_id", "document")
    with op.batch_alter_table("document") as document:
        document.drop_constraint("fk_document_applicant_id_applicant", type_="foreignkey")
        document.drop_column("applicant_id")
        document.drop_column("replaced_at")
    op.create_index("ix_document_leaving", "document", ["removed_at", "stored_at", "begun_at"])
    op.create_table(
        "applicant_cv",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("applicant_id", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["document.id"],
            name="fk_applicant_cv_document_id_document",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["applicant.id"], name="fk_applicant_cv_applicant_id_applicant"
        ),
        sa.PrimaryKeyConstraint("document_id", name="pk_applicant_cv"),
    )
    op.create_index("ix_applicant_cv_applicant_id", "applicant_cv", ["applicant_id"])
    op.create_index("ix_applicant_cv_replaced_at", "applicant_cv", ["replaced_at"])
    op.execute("INSERT INTO applicant_cv SELECT id, applicant_id, replaced_at FROM owner")
    op.execute("DROP TABLE owner")

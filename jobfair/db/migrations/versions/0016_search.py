"""What a saved search has told of; the text that the search no longer reads goes."""

import sqlalchemy as sa
from alembic import op

from jobfair.db.base import Document

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.drop_column("position", "search_text")
    told = sa.Column("told", Document, nullable=False, server_default="[]")
    op.add_column("saved_search", told)
    checked = sa.Column("checked", sa.String(), nullable=False, server_default="")
    op.add_column("saved_search", checked)

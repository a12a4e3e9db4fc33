"""What a saved search has told of; the text that the search no longer reads goes."""

import sqlalchemy as sa
from alembic import op

from jobfair.db.base import Document

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    with op.batch_alter_table("position") as position:
        position.drop_column("search_text")
    with op.batch_alter_table("saved_search") as saved:
        saved.add_column(sa.Column("told", Document, nullable=False, server_default="[]"))
        saved.add_column(sa.Column("checked", sa.String(), nullable=False, server_default=""))

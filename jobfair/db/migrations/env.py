"""Runs the revisions on the connection that :func:`jobfair.db.migrations.upgrade` hands in."""

from alembic import context

from jobfair.db.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=False,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()

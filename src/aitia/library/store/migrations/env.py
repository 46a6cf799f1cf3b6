"""Run by Alembic to bring a database up to date, all in one transaction."""

from alembic import context
from sqlalchemy import Engine, text

from aitia.library.store.tables import metadata

database: Engine = context.config.attributes["engine"]
with database.connect().execution_options(writes=True) as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Of two processes that start at once, the second waits and then finds the work done.
            connection.execute(text("SELECT pg_advisory_xact_lock(6171641)"))
        context.run_migrations()

"""One runner at a time: who keeps the clock when several processes share a PostgreSQL.

A session advisory lock, so it ends with its connection and another process takes over. A SQLite
file has one server anyway (:func:`jobfair.db.safety.only_server`). Nothing that counts depends on
it; two runners at once would only do the same work twice.
"""

from jobfair.db.silence import DeadlineConnection

KEY = 0x6A6F6266  # "jobf"


async def takes_role(connection: DeadlineConnection) -> bool:
    """Return whether this connection has the role, taking it if it is free."""
    asked = await connection.execute("select pg_try_advisory_lock(%s)", [KEY])
    return await asked.fetchone() == (True,)

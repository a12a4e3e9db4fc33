"""The database under one name: sessions, the base of the tables, what went wrong.

Importing this package makes sure that ``sqlite3`` means a SQLite without the WAL-reset bug
(3.7.0 to 3.51.2; fixed in 3.51.3): where Python brings an older one, the packed one takes
its place before anything opens a database.
"""

import sys

SQLITE_FLOOR = (3, 51, 3)


def _take_newest_sqlite() -> None:
    import sqlite3  # noqa: PLC0415 - looked at before anything else may bind it

    if sqlite3.sqlite_version_info >= SQLITE_FLOOR:
        return
    try:
        import pysqlite3  # noqa: PLC0415 - only where it is needed
        import pysqlite3.dbapi2  # noqa: PLC0415
    except ImportError:
        return
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


_take_newest_sqlite()

from sqlalchemy.exc import DataError, DBAPIError, OperationalError  # noqa: E402
from sqlalchemy.exc import IntegrityError as Clash  # noqa: E402
from sqlalchemy.exc import TimeoutError as NoConnection  # noqa: E402
from sqlalchemy.ext.asyncio import AsyncSession as Session  # noqa: E402

from jobfair.db.base import Base  # noqa: E402
from jobfair.db.database import Database  # noqa: E402
from jobfair.db.lookup import PreparedLookup  # noqa: E402

__all__ = [
    "SQLITE_FLOOR",
    "Base",
    "Clash",
    "DBAPIError",
    "DataError",
    "Database",
    "NoConnection",
    "OperationalError",
    "PreparedLookup",
    "Session",
]

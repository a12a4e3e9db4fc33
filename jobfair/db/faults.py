"""Errors of the database by what can be done about them: try again, or call for help."""

from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as NoConnection

TRANSIENT = (OperationalError, InterfaceError, InternalError, NoConnection, OSError)
"""A lost connection, a full disk, a lock, a server that stops: the same request may work later."""
UNIQUE_VIOLATION = "23505"
SQLITE_UNIQUE = frozenset({"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})


def is_transient(error: BaseException) -> bool:
    """Return whether the same request may succeed later; a constraint says no for ever."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, TRANSIENT)


def is_duplicate(error: IntegrityError) -> bool:
    """Return whether a row with the same unique key was there first."""
    cause = error.orig
    return (
        getattr(cause, "sqlstate", "") == UNIQUE_VIOLATION
        or getattr(cause, "sqlite_errorname", "") in SQLITE_UNIQUE
    )


def describe(error: BaseException) -> str:
    """Return type and constraint of an error for the log, never a value that was typed."""
    cause = getattr(error, "orig", None) or error
    found = getattr(getattr(cause, "diag", None), "constraint_name", None)
    if found is None and hasattr(cause, "sqlite_errorname") and isinstance(error, IntegrityError):
        found = str(cause)  # SQLite names columns or a constraint, no values
    return f"{type(error).__name__} {found or type(cause).__name__}"

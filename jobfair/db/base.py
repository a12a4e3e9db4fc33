"""What all tables share: named constraints, aware instants, JSON that prints the same twice."""

import json
from dataclasses import Field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, TypeVar

from sqlalchemy import DateTime, Dialect, Enum, MetaData, Text
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant, also on databases that store no zone.

    Raises:
        ValueError: a naive datetime was handed in; which instant it means nobody knows.

    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse naive values and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: pass one with a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware UTC instant."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def canonical_json(value: object) -> str:
    """Return JSON that is the same text for the same value: sorted keys, no spaces."""
    return _CANONICAL.encode(value)


class Document(TypeDecorator[Any]):
    """A JSON value kept as canonical text, so that its bytes and hash are stable."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Store canonical text."""
        return None if value is None else canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Give the value back."""
        return None if value is None else json.loads(value)


WORD = Enum(
    StrEnum,
    native_enum=False,
    length=20,
    values_callable=lambda kind: [word.value for word in kind],
)
"""A word out of a list, stored as that word in a plain text column."""


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


Plain = TypeVar("Plain", bound=_Dataclass)


def plain(kind: type[Plain], row: Any, **more: Any) -> Plain:
    """Return what a row says as a frozen dataclass of the same names.

    ``more`` gives the fields that are not a column of the row.
    """
    names = (field.name for field in fields(kind) if field.name not in more)
    return kind(**{name: getattr(row, name) for name in names}, **more)


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy, never changed
        datetime: UtcDateTime(),
        StrEnum: WORD,
    }

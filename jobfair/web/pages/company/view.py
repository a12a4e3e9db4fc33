"""What a reviewer has in view at the desk: which list, up to where, and who is opened."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypedDict, Unpack
from urllib.parse import urlencode

from jobfair.applications.rules import Stage
from jobfair.errors import NotFound

LARGEST_ID = 2**31 - 1
SEARCH_LONGEST = 80


def known_id(number: int) -> int:
    """Return an id from an address; one no table can hold is ``NotFound`` like a missing row."""
    if not 0 < number <= LARGEST_ID:
        raise NotFound
    return number


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None  # noqa: PLR2004


class Changes(TypedDict, total=False):
    """What of a view may change; see :class:`View`."""

    stage: Stage
    receipt: str
    up_to: int | None
    before: int | None
    words: str
    picking: bool
    done: bool
    undone: bool
    moved: int | None
    left: tuple[str, ...]


@dataclass(frozen=True)
class View:
    """One address of the desk. Rubbish in an address is passed over, never an error."""

    position_id: int
    stage: Stage = Stage.NEW
    receipt: str = ""
    up_to: int | None = None
    """Newest ledger sequence in the list: what arrives later waits behind the bar."""
    before: int | None = None
    """Ledger sequence below which this page of the list begins."""
    words: str = ""
    picking: bool = False
    """Checkboxes are shown."""
    done: bool = False
    """Comes from a decision: say so, and offer to take it back."""
    undone: bool = False
    """Comes from taking a step back: say so."""
    moved: int | None = None
    """How many a decision about many has moved."""
    left: tuple[str, ...] = ()
    """Receipts which that decision has not moved."""

    @property
    def path(self) -> str:
        """The desk of the position."""
        return f"/meja/{self.position_id}"

    def with_(self, **changes: Unpack[Changes]) -> "View":
        """Return the same view with changes, without what was only said once."""
        quiet = replace(self, done=False, undone=False, moved=None, left=())
        return replace(quiet, **changes)

    def address(self, **changes: Unpack[Changes]) -> str:
        """Return the address of this view with changes."""
        view = self.with_(**changes)
        parts = {
            "tahap": view.stage.value,
            "lamaran": view.receipt,
            "sampai": view.up_to,
            "sebelum": view.before,
            "cari": view.words,
            "pilih": "ya" if view.picking else "",
            "selesai": "ya" if view.done else "",
            "urung": "ya" if view.undone else "",
            "pindah": view.moved,
            "tetap": ".".join(view.left),
        }
        given = {name: value for name, value in parts.items() if value not in ("", None)}
        return f"{view.path}?{urlencode(given)}"


def read_view(given: Mapping[str, Any], position_id: int) -> View:
    """Return the view an address or a form of the desk speaks of."""

    def text(name: str) -> str:
        return str(given.get(name, "")).replace("\x00", "").strip()

    stage = text("tahap")
    left = tuple(part for part in text("tetap").upper().split(".") if part)[:50]
    return View(
        position_id=known_id(position_id),
        stage=Stage(stage) if stage in set(Stage) else Stage.NEW,
        receipt=text("lamaran").upper()[:40],
        up_to=_whole(text("sampai")),
        before=_whole(text("sebelum")),
        words=text("cari")[:SEARCH_LONGEST],
        picking=text("pilih") == "ya",
        done=text("selesai") == "ya",
        undone=text("urung") == "ya",
        moved=_whole(text("pindah")),
        left=left,
    )

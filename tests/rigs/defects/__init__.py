"""Planted defects: what the rigs must find. A rig that finds no defect proves nothing.

A module of this folder plants defects with :func:`planted`; a control test claims the ones it
finds with :func:`finds`, and ``tests/rigs/test_defects.py`` sees to it that each is claimed.
``python -m tests.rigs.server FOLDER --defect NAME`` is a server with one of them in it,
``python -m tests.rigs.defects`` writes the list to ``docs/proof.md``.
"""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

Patch = Callable[[Any, str, Any], None]
"""``setattr`` in a process of its own, where the defect may stay; else ``monkeypatch.setattr``."""


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong on purpose."""

    name: str
    rig: str
    """The one that must find it."""
    breaks: str
    """One sentence: what no longer holds."""
    plant: Callable[..., Any]
    """Takes a :data:`Patch` and makes this process wrong. A rig whose defects are not in the
    program but in what it looks at (a history, a file) may take something else."""


_registered: dict[str, Defect] = {}
_claimed: set[str] = set()


def planted(name: str, *, rig: str, breaks: str) -> Callable[[Any], Any]:
    """Register the decorated function as what plants the defect."""

    def register(plant: Any) -> Any:
        assert name not in _registered, name
        _registered[name] = Defect(name, rig, breaks, plant)
        return plant

    return register


@cache
def all_defects() -> dict[str, Defect]:
    """Return every defect of every module of this folder, by name."""
    for module in pkgutil.iter_modules(__path__):
        if module.name != "__main__":
            import_module(f"{__name__}.{module.name}")
    return dict(sorted(_registered.items(), key=lambda item: (item[1].rig, item[0])))


def plant(name: str, patch: Patch = setattr) -> None:
    """Plant a defect in this process."""
    all_defects()[name].plant(patch)


def finds(*names: str) -> Any:
    """Give a control test each of these defects as its argument ``defect``, and claim them."""
    import pytest  # noqa: PLC0415 - a server with a defect in it is born without pytest

    _claimed.update(names)
    return pytest.mark.parametrize("defect", [all_defects()[name] for name in names], ids=names)


def claimed() -> frozenset[str]:
    """Return the names that the control tests imported so far say they find."""
    return frozenset(_claimed)


def table() -> str:
    """Return the list of all defects as ``docs/proof.md`` has it."""
    lines = ["| rig | planted defect | what it breaks |", "| --- | --- | --- |"]
    lines += [f"| {one.rig} | `{one.name}` | {one.breaks} |" for one in all_defects().values()]
    return "\n".join(lines) + "\n"

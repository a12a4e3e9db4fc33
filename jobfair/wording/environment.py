"""The Jinja environment of pages, papers and mail.

Inside a template ``lang`` and ``zone`` are known, and the filters below use them, so that a part
reads the same on a page, in a frame and in a letter. Undefined is an error.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from jobfair.errors import Problem
from jobfair.wording import dates, numbers
from jobfair.wording.language import translate, translate_count
from jobfair.wording.sentences import paragraphs, sentence


def with_language(function: Callable[..., str]) -> Callable[..., str]:
    """Give a function the language of the template it is used in."""

    @pass_context
    def inner(context: Context, *args: Any, **more: Any) -> str:
        return function(*args, language=context["lang"], **more)

    return inner


def with_zone(function: Callable[..., str]) -> Callable[..., str]:
    """Give a function of an instant the language and the zone of the template it is used in."""

    @pass_context
    def inner(context: Context, at: Any, *args: Any, **more: Any) -> str:
        more.setdefault("zone", context["zone"])
        return function(at, *args, language=context["lang"], **more)

    return inner


@lru_cache(maxsize=4096)
def _plain(text: str, language: str) -> Markup:
    return Markup(translate(text, language) % {})  # noqa: S704 - templates are trusted


def _filled(text: str, facts: dict[str, Any]) -> Markup:
    return Markup(text % {name: escape(value) for name, value in facts.items()})  # noqa: S704


@pass_context
def _gettext(context: Context, text: str, /, **facts: Any) -> Markup:
    """Fill a sentence; its first fact chooses between the English forms. Templates are trusted."""
    language = context["lang"]
    if not facts:
        return _plain(text, language)
    return _filled(translate(text, language, next(iter(facts.values()))), facts)


@pass_context
def _ngettext(context: Context, one: str, many: str, n: int, /, **facts: Any) -> Markup:
    """Fill the sentence for one or for many, which know ``num``."""
    return _filled(translate_count(one, many, n, context["lang"]), facts | {"num": n})


@pass_context
def _problem(context: Context, problem: Problem) -> str:
    return sentence(problem, context["lang"], context["zone"])


@pass_context
def _hour(context: Context, at: Any, *, seconds: bool = False) -> str:
    zone = context["zone"]
    return f"{dates.clock_time(at, zone, seconds=seconds)} {dates.zone_name(zone)}"


@pass_context
def _iso(context: Context, at: Any) -> str:
    return dates.iso(at, context["zone"])


def make_environment(folders: Iterable[Path]) -> Environment:
    """Return an environment over these template folders, the first one searched first."""
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=False)  # type: ignore[attr-defined]
    environment.globals["_"] = _gettext  # not by way of the extension, which looks it up each time
    environment.filters |= {
        "n": with_language(numbers.number),
        "day": with_zone(dates.day),
        "moment": with_zone(dates.moment),
        "hour": _hour,
        "iso": _iso,
        "phone": numbers.phone,
        "problem": _problem,
        "paragraphs": paragraphs,
        "zone": ZoneInfo,
    }
    environment.globals |= {
        "wage": with_language(numbers.wage),
        "time_left": with_language(dates.time_left),
        "ago": with_language(dates.ago),
        "days_between": with_language(dates.days_between),
    }
    return environment

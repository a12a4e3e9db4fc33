"""Refusals as sentences, and running text."""

from datetime import datetime
from typing import Any

from markupsafe import Markup

from jobfair.errors import JobFairError, Problem
from jobfair.wording.dates import moment
from jobfair.wording.language import translate


def sentence(error: JobFairError | Problem, language: str, zone: Any = None) -> str:
    """Return what an error says; instants among its facts are written out in ``zone``."""
    facts = {
        name: moment(value, language, zone) if isinstance(value, datetime) and zone else value
        for name, value in error.facts.items()
    }
    facts = {
        name: translate(value, language) if isinstance(value, str) else value
        for name, value in facts.items()
    }
    text = translate(error.message, language, next(iter(facts.values()), None))
    return text % facts if facts else text


def paragraphs(text: str) -> Markup:
    """Return plain text as escaped paragraphs, split at empty lines."""
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    return Markup("").join(Markup("<p>{}</p>").format(block) for block in blocks)

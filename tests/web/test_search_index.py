"""The index of a search: made in a thread, once for each definition, one at a time."""

import asyncio
import threading
import time
from typing import Any, cast

import pytest

from jobfair.positions.rules.index import build_index
from jobfair.positions.rules.synonyms import read_synonyms
from jobfair.positions.rules.wishes import SearchQuery
from jobfair.web.pages.shared import fair_cache
from jobfair.web.pages.shared.fair_cache import CachedFair, FairDefinition, IndexBuilder


@pytest.fixture
def builds(monkeypatch):
    """What was built: the thread, and how many were being built at that moment."""
    seen: list[tuple[int, int]] = []
    running: list[int] = []

    def build(offers, known):
        running.append(1)
        seen.append((threading.get_ident(), len(running)))
        time.sleep(0.05)
        running.pop()
        return build_index(offers, known)

    monkeypatch.setattr(fair_cache, "build_index", build)
    return seen


def cached(builder):
    nothing = cast("Any", None)
    return CachedFair(nothing, FairDefinition("", nothing, [], [], nothing, None), builder)


@pytest.fixture
def builder():
    return IndexBuilder(read_synonyms(""))


async def test_an_index_is_made_once_and_never_on_the_event_loop(builds, builder):
    fair = cached(builder)

    await asyncio.gather(*(fair.find(SearchQuery(words=word)) for word in "abc"))

    assert len(builds) == 1
    assert builds[0][0] != threading.get_ident()


async def test_two_fairs_are_indexed_one_after_the_other(builds, builder):
    await asyncio.gather(*(cached(builder).find(SearchQuery()) for _ in range(3)))

    assert [at_once for _, at_once in builds] == [1, 1, 1]


async def test_a_request_that_is_cut_off_leaves_the_index_to_the_next(builds, builder):
    fair = cached(builder)
    cut_off = asyncio.create_task(fair.find(SearchQuery()))
    await asyncio.sleep(0.01)
    cut_off.cancel()

    assert (await fair.find(SearchQuery())).count == 0
    assert len(builds) == 1

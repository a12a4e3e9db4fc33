"""Feeds by themselves: no change is missed, none goes backwards, nobody pays for a slow reader."""

import asyncio
import contextlib

import pytest

from jobfair.live import feed as feeds
from jobfair.live.feed import Hub
from tests.readers import reading

TOPIC, PART = "fair:1", "numbers:id"
CHANGED = frozenset({TOPIC})


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(feeds, "SHORTEST_TICK", 0.01)
    monkeypatch.setattr(feeds, "TRY_AGAIN", 0.01)


class World:
    """A number that changes, and a rendering of it that looks at once and answers later."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.number, self.renderings = hub, 0, 0
        self.takes = 0.0
        self.broken = False

    async def render(self) -> str:
        self.renderings += 1
        seen = self.number
        await asyncio.sleep(self.takes)
        if self.broken:
            raise ZeroDivisionError
        return str(seen)

    def change(self) -> None:
        self.number += 1
        self.hub.announce(CHANGED)

    def read(self):
        return reading(self.hub, TOPIC, PART, self.render)


class Everything:
    """A reader that keeps every frame."""

    def __init__(self) -> None:
        self.frames: list[str] = []

    def put(self, frame: str) -> None:
        self.frames.append(frame)


@pytest.fixture
def world():
    return World(Hub())


async def take(slot) -> int:
    frame = await asyncio.wait_for(slot.take(), 5)
    return int(frame)


async def until(condition) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the thing waited for has no event of its own
            await asyncio.sleep(0.001)


async def test_a_reader_gets_the_present_state_at_once(world):
    world.number = 7
    async with world.read() as slot:
        assert await take(slot) == 7


async def test_a_change_during_the_first_rendering_is_not_missed(world):
    # Guards the feed being there, to be marked stale, before its first part is rendered.
    world.takes = 0.05
    asyncio.get_running_loop().call_later(feeds.COALESCE_WINDOW + 0.02, world.change)
    async with world.read() as slot:
        assert await take(slot) == 0
        assert await take(slot) == 1


async def test_who_comes_during_a_rendering_does_not_begin_with_it(world):
    # Guards that a reader is handed out to only once it has its first part: the frame that is
    # being rendered when it comes does not show what had been acknowledged to it before.
    async with world.read() as early:
        await take(early)
        world.takes = 0.05
        before = world.renderings
        world.change()
        await until(lambda: world.renderings > before)
        world.change()
        late = Everything()
        feed = await world.hub.join(TOPIC, PART, world.render, late)
        world.hub.leave(feed, late)

    assert late.frames == ["2"]


async def test_a_hundred_changes_are_few_frames_and_the_last_is_the_present(world, monkeypatch):
    # Guards the tick between two renderings and the mark that drains what has piled up.
    monkeypatch.setattr(feeds, "SHORTEST_TICK", 0.05)
    clock = asyncio.get_running_loop().time
    async with world.read() as slot:
        await take(slot)
        frames, before, began = [], world.renderings, clock()
        for _ in range(100):
            world.change()
            await asyncio.sleep(0.001)
        while not frames or frames[-1] < world.number:
            frames.append(await take(slot))
        ticks = (clock() - began) / 0.05

    assert frames[-1] == 100
    assert len(frames) <= world.renderings - before <= ticks + 2 < 50


async def test_a_slow_reader_gets_only_the_newest(world):
    async with world.read() as slot, world.read() as quick:
        for _ in range(5):
            seen = world.number
            world.change()
            while seen < world.number:
                seen = await take(quick)
        assert await take(slot) == 5
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(slot.take(), 0.05)


async def test_nothing_is_left_when_the_last_reader_has_gone(world):
    hub = world.hub
    async with world.read() as one:
        async with world.read() as other:
            await take(one)
            await take(other)
            assert hub.readers == 2
        world.change()
        assert await take(one) == 1
        assert (hub.readers, len(hub._feeds)) == (1, 1)
        (task,) = (feed.task for feed in hub._feeds.values())

    assert (hub.readers, hub._feeds) == (0, {})
    await until(task.done)
    renderings = world.renderings
    world.change()
    await asyncio.sleep(0.03)
    assert world.renderings == renderings, "rendered for nobody"


async def test_a_reader_who_leaves_during_the_first_rendering_leaves_nothing(world):
    world.takes = 5

    async def come() -> None:
        async with world.read():
            raise AssertionError("was let in")

    coming = asyncio.create_task(come())
    await until(lambda: world.renderings)
    coming.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await coming

    assert (world.hub.readers, world.hub._feeds) == (0, {})


async def test_a_reader_comes_back_to_a_living_feed(world):
    for number in range(3):
        async with world.read() as slot:
            assert await take(slot) == number
            world.change()
            assert await take(slot) == number + 1


async def test_a_failing_rendering_keeps_the_feed_alive(world, caplog):
    async with world.read() as slot:
        assert await take(slot) == 0
        world.broken = True
        world.change()
        await until(lambda: "could not be rendered" in caplog.text)
        world.broken = False

        assert await take(slot) == 1, "what could not be rendered is tried again by itself"


async def test_a_first_rendering_that_fails_is_its_readers_only(world):
    world.broken = True
    with pytest.raises(ZeroDivisionError):
        async with world.read():
            pass
    assert (world.hub.readers, world.hub._feeds) == (0, {})

    world.broken = False
    async with world.read() as slot:
        assert await take(slot) == 0


async def test_other_topics_and_other_parts_are_left_alone(world):
    other = World(world.hub)
    english = World(world.hub)
    async with (
        world.read() as slot,
        reading(world.hub, "fair:2", PART, other.render),
        reading(world.hub, TOPIC, "numbers:en", english.render),
    ):
        await take(slot)
        world.change()
        assert await take(slot) == 1
        await until(lambda: english.renderings == 2)
        assert other.renderings == 1


async def test_a_thousand_who_arrive_at_once_share_a_few_renderings(world):
    world.takes = 0.01
    here, everybody = 0, asyncio.Event()

    async def come() -> None:
        nonlocal here
        async with world.read() as slot:
            await take(slot)
            here += 1
            if here == 1000:
                everybody.set()
            await everybody.wait()

    async with asyncio.timeout(20):
        await asyncio.gather(*(come() for _ in range(1000)))

    assert world.renderings <= 3


async def test_who_come_one_shortly_after_another_share_renderings_too(world):
    # Guards the breath before a rendering: after a restart everybody comes back within seconds.
    async def come() -> None:
        async with world.read() as slot:
            await take(slot)

    coming = []
    for _ in range(100):
        coming.append(asyncio.create_task(come()))
        await asyncio.sleep(0.001)
    await asyncio.gather(*coming)

    assert world.renderings <= 30


async def test_no_reader_ever_sees_a_number_go_backwards(world, rng):
    # Guards Feed.fresh: renderings of a feed one after the other. When every arrival rendered
    # for itself, a slow older rendering of the feed could overtake a reader's own newer one.
    done = False

    async def come_and_go() -> None:
        while not done:
            at_least = world.number
            async with world.read() as slot:
                for _ in range(rng.randrange(1, 6)):
                    seen = await take(slot)
                    assert seen >= at_least
                    at_least = seen
                    if rng.random() < 0.5:
                        await asyncio.sleep(rng.random() * 0.01)

    async def keep_changing() -> None:
        nonlocal done
        for _ in range(300):
            world.takes = rng.random() * 0.01
            world.change()
            await asyncio.sleep(rng.random() * 0.004)
        done = True
        world.takes = 0
        while readers_left():
            world.change()
            await asyncio.sleep(0.01)

    readers = [asyncio.create_task(come_and_go()) for _ in range(20)]

    def readers_left() -> bool:
        return not all(task.done() for task in readers)

    await keep_changing()
    await asyncio.gather(*readers)
    assert world.hub._feeds == {}


async def test_the_tick_grows_with_the_audience(world, monkeypatch):
    monkeypatch.setattr(feeds, "READERS_PER_SECOND", 100)
    async with contextlib.AsyncExitStack() as stack:
        slots = [await stack.enter_async_context(world.read()) for _ in range(50)]
        for slot in slots:
            await take(slot)
        world.change()
        await take(slots[0])
        began = asyncio.get_running_loop().time()
        world.change()
        await take(slots[0])

        assert asyncio.get_running_loop().time() - began > 0.4, "50 readers at 100 a second"

"""The press: one print for all who wait, a short queue, and papers that survive a restart."""

import asyncio

import pytest

from jobfair.errors import TemporarilyUnavailable
from jobfair.reporting import press as presses
from tests.nodes.crowd import until
from tests.reporting.printing import ANNEX, MEDIA, PDF, RECAP, SITE, fake_press
from tests.reporting.records import make_closing


@pytest.fixture
def make_press(tmp_path):
    def make(base_url=SITE):
        press = fake_press(tmp_path, base_url)
        press._printer.may_end.clear()
        return press, press._printer

    return make


def closings(count):
    return [make_closing(name=f"Job Fair {at}") for at in range(count)]


async def settle(press, count):
    """Wait until the press has this many papers in its queue."""
    for _ in range(20_000):
        if len(press._printing) == count:
            return
        await asyncio.sleep(0.001)
    pytest.fail("the queue did not fill")


async def test_all_who_wait_share_one_print_and_it_outlives_the_process(make_press):
    press, printer = make_press()
    closing = make_closing()
    waiting = [asyncio.create_task(press.print(MEDIA, closing)) for _ in range(20)]
    await until(lambda: press._visitors == len(waiting))
    waiting.pop().cancel()  # one visitor has gone; the others get their paper all the same
    printer.may_end.set()

    assert set(await asyncio.gather(*waiting)) == {PDF}
    assert printer.jobs == ["lembar-media/report.html"]

    press, printer = make_press()  # the next process
    assert await press.kept(MEDIA, closing) == PDF
    async with asyncio.timeout(10):  # else it would wait for the printer
        assert await press.print(MEDIA, closing) == PDF
    assert printer.jobs == []


async def test_two_are_printed_at_once_and_a_full_queue_answers_at_once(make_press):
    press, printer = make_press()
    several = closings(presses.MOST_PAPERS + 1)
    queued = [asyncio.create_task(press.print(RECAP, one)) for one in several[:-1]]
    await settle(press, presses.MOST_PAPERS)

    with pytest.raises(TemporarilyUnavailable) as refused:
        async with asyncio.timeout(10):  # else it would wait for the printer
            await press.print(RECAP, several[-1])
    assert refused.value.seconds == presses.RETRY

    printer.may_end.set()
    assert await asyncio.gather(*queued) == [PDF] * presses.MOST_PAPERS
    assert printer.most == presses.AT_ONCE == 2
    assert await press.print(RECAP, several[-1]) == PDF


async def test_no_more_visitors_wait_than_there_is_room_for(make_press):
    press, printer = make_press()
    closing = make_closing()
    waiting = [
        asyncio.create_task(press.print(RECAP, closing)) for _ in range(presses.MOST_VISITORS + 5)
    ]
    async with asyncio.timeout(60):
        while sum(one.done() for one in waiting) < 5:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    printer.may_end.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)

    assert sum(isinstance(one, TemporarilyUnavailable) for one in answers) == 5
    assert answers.count(PDF) == presses.MOST_VISITORS


async def test_a_visitor_gives_its_place_back_only_when_it_must_wait(make_press):
    press, printer = make_press()
    printer.may_end.set()
    given = []

    for _ in range(2):
        await press.print(MEDIA, make_closing(), before_waiting=lambda: given.append(1))

    assert given == [1]


async def test_a_paper_is_found_by_all_that_its_bytes_are_made_of(make_press, monkeypatch):
    press, _ = make_press()
    elsewhere, _ = make_press("https://lain.contoh.id")
    mark = await press.mark(MEDIA, make_closing())

    assert mark == await make_press()[0].mark(MEDIA, make_closing())
    monkeypatch.setattr(presses, "version", lambda _: "71.0")
    upgraded, _ = make_press()
    others = {
        await press.mark(RECAP, make_closing()),
        await press.mark(MEDIA, make_closing(companies=4)),
        await elsewhere.mark(MEDIA, make_closing()),
        await upgraded.mark(MEDIA, make_closing()),
    }
    assert len(others) == 4
    assert mark not in others


async def test_a_broken_file_is_printed_again_and_the_oldest_papers_go(
    make_press, tmp_path, monkeypatch
):
    monkeypatch.setattr(presses, "KEPT", 2)
    press, printer = make_press()
    printer.may_end.set()
    first, *others = closings(3)
    await press.print(MEDIA, first)
    (file,) = (tmp_path / "papers").iterdir()
    file.write_bytes(PDF[:9])

    assert await press.kept(MEDIA, first) is None
    assert await press.print(MEDIA, first) == PDF
    for one in others:
        await press.print(MEDIA, one)

    assert [await press.kept(MEDIA, one) for one in (first, *others)] == [None, PDF, PDF]
    assert len(list((tmp_path / "papers").iterdir())) == 2


async def test_a_failure_is_told_to_all_who_wait_and_tried_again(make_press):
    press, printer = make_press()
    printer.fails = True
    printer.may_end.set()
    closing = make_closing()
    both = [press.print(ANNEX, closing) for _ in range(2)]

    answers = await asyncio.gather(*both, return_exceptions=True)

    assert [one.code for one in answers] == ["unprintable"] * 2
    printer.fails = False
    assert await press.print(ANNEX, closing) == PDF


async def test_a_disk_that_cannot_be_written_does_not_keep_a_paper_from_people(
    make_press, tmp_path, caplog
):
    (tmp_path / "papers").write_text("a file where a folder should be")
    press, printer = make_press()
    printer.may_end.set()

    assert await press.print(MEDIA, make_closing()) == PDF
    assert "a paper cannot be kept on disk" in caplog.text

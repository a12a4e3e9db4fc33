"""What people can still do while nothing can be stored."""

from datetime import timedelta

from jobfair.db import OperationalError
from jobfair.people.rules import SEEN_EVERY
from tests.builders import on_both, stage
from tests.rigs.disk import UNFIT


def fill_the_disk(monkeypatch, database):
    async def full(_):
        raise OperationalError("insert", {}, Exception("database or disk is full"))

    monkeypatch.setattr(database, "write", full)


@on_both
def test_who_is_signed_in_still_reads(client, services, act, sign_in, monkeypatch):
    # Each visit after a while stores that the browser was seen: that must keep nobody out.
    staged = act(stage)
    sign_in(client, staged.niks[0])
    services.clock.move_to(services.clock.now() + SEEN_EVERY + timedelta(seconds=1))
    fill_the_disk(monkeypatch, services.database)

    page = client.get(f"/{staged.fair.slug}/lowongan/{staged.positions[0].slug}")

    assert page.status_code == 200
    assert staged.applicants[0].name in page.text


def test_an_application_is_refused_with_a_sentence(client, services, act, sign_in, monkeypatch):
    staged = act(stage)
    sign_in(client, staged.niks[0])
    fill_the_disk(monkeypatch, services.database)
    page = f"/{staged.fair.slug}/lowongan/{staged.positions[0].slug}"
    fields = {"consent": "ya", "_token": services.keys.form_token(client.cookies["__Host-sesi"])}

    answer = client.post(f"{page}/lamar", data=fields)

    assert answer.status_code == 503
    assert answer.headers["retry-after"].isdigit()
    assert "belum diterima" in answer.text
    assert not [word for word in UNFIT if word in answer.text]

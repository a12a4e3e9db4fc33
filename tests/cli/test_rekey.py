"""Another root key: everything opens under it, nothing under the old one, and a cut is mended."""

import contextlib
from pathlib import Path

import pytest
from sqlalchemy import func, select

from jobfair.applicants.models import Applicant
from jobfair.applicants.queries import nik_context
from jobfair.cli import rekey
from jobfair.db.safety import only_server
from jobfair.errors import Misconfigured, Refused
from jobfair.keys import Keys, make_key_file, read_keys
from jobfair.live.bus import Bus
from jobfair.live.feed import Hub
from jobfair.people.models import Account, SignIn
from jobfair.people.rules import Role
from tests.builders import OPENS, make_account, make_applicant, make_office
from tests.nodes.crowd import doing, until

NIK, ADDRESS = "1209990101000001", "panitia@contoh.id"


async def fill(database, keys: Keys) -> None:
    async with database.transaction() as session:
        session.add(office := make_office())
        await session.flush()
        staff = make_account(
            Role.ORGANISER, name_to_sign_in=ADDRESS, keys=keys, office_id=office.id
        )
        person = make_account(name_to_sign_in=NIK, keys=keys)
        session.add_all([staff, person])
        await session.flush()
        session.add(make_applicant(nik=NIK, keys=keys, account_id=person.id))
        session.add(SignIn(token_hash=b"x" * 32, account_id=staff.id, made_at=OPENS, seen_at=OPENS))


async def told(database, keys: Keys) -> tuple[str, bool, bool, int]:
    """Return the NIK, whether both sign-in keys are those of ``keys``, and who is signed in."""
    async with database.snapshot() as session:
        applicant = (await session.scalars(select(Applicant))).one()
        found = {one.role: one.sign_in_key for one in await session.scalars(select(Account))}
        nik = keys.unseal(applicant.nik_sealed, context=nik_context(applicant.public_id))
        return (
            nik,
            found[Role.APPLICANT] == applicant.nik_index == keys.blind_index(NIK),
            found[Role.ORGANISER] == keys.blind_index(ADDRESS),
            await session.scalar(select(func.count()).select_from(SignIn)),
        )


@pytest.fixture
def path(tmp_path) -> Path:
    made = tmp_path / "jobfair.key"
    make_key_file(made)
    return made


async def test_everything_opens_under_the_new_key_alone(database, path):
    old = read_keys(path)
    await fill(database, old)

    assert await rekey.change_key(database, path) == 2

    new = read_keys(path)
    assert await told(database, new) == (NIK, True, True, 0)
    assert path.stat().st_mode & 0o777 == 0o600
    assert not path.with_name("jobfair.key.baru").exists()
    with pytest.raises(Misconfigured):
        await told(database, old)


@pytest.mark.parametrize("before_commit", [True, False])
async def test_cut_short_and_run_again(database, path, monkeypatch, before_commit):
    await fill(database, read_keys(path))

    def cut(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as cutting:
        name = "change_keys_of_staff" if before_commit else "replace_key_file"
        cutting.setattr(rekey, name, cut)
        with pytest.raises(KeyboardInterrupt):
            await rekey.change_key(database, path)

    if not before_commit:
        with pytest.raises(Misconfigured):
            await rekey.check_key(database, path)
    assert await rekey.change_key(database, path) == (2 if before_commit else None)
    await rekey.check_key(database, path)
    assert (await told(database, read_keys(path)))[:3] == (NIK, True, True)


async def test_a_key_of_another_installation_is_refused(database, path, tmp_path):
    await fill(database, read_keys(path))
    other = tmp_path / "lain" / "jobfair.key"
    make_key_file(other)

    for refused in (rekey.check_key, rekey.change_key):
        with pytest.raises(Misconfigured, match="bukan kunci basis data ini"):
            await refused(database, other)
    assert (await told(database, read_keys(path)))[0] == NIK
    assert not other.with_name("jobfair.key.baru").exists()


async def test_not_while_a_server_keeps_the_clock(database):
    async with contextlib.AsyncExitStack() as held:
        if database.is_sqlite:
            held.enter_context(only_server(Path(database.url.database)))
        else:
            bus = Bus(database, Hub())
            await held.enter_async_context(doing(bus.run()))
            await until(lambda: bus.leads)
        with pytest.raises((Misconfigured, Refused), match=r"Peladen|dilayani"):
            async with rekey.no_server(database):
                pass
    async with rekey.no_server(database):
        pass

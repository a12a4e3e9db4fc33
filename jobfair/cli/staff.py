"""``jobfair staff``: the accounts of organisers, for who has the server."""

from datetime import UTC, datetime

import click

from jobfair.audit.rules import Act
from jobfair.cli.common import command, out, ready_database
from jobfair.credentials.actions.authenticator import remove_authenticator
from jobfair.db import Database, Session
from jobfair.errors import NotFound
from jobfair.fields.parsing import normalise_email
from jobfair.keys import Keys, read_keys
from jobfair.people import actions
from jobfair.people.models import Account
from jobfair.people.queries import account_for_key, organisers
from jobfair.people.rules import Role, one_time_password
from jobfair.settings import Settings, read_settings
from jobfair.web.http.passwords import Passwords


@click.group(short_help="Akun panitia: daftar, kata sandi baru, nonaktif.")
def staff() -> None:
    """Kelola akun panitia. Akun peninjau perusahaan dikelola panitia di ruang kendali.

    \b
    Contoh:
      jobfair staff list
      jobfair staff reset panitia@disnaker.go.id
      jobfair staff disable panitia@disnaker.go.id
    """


async def _organiser(session: Session, keys: Keys, email: str) -> Account:
    found = await account_for_key(session, keys.blind_index(normalise_email(email)))
    if found is None or found.role is not Role.ORGANISER:
        raise NotFound(
            "Tidak ada akun panitia dengan surel %(email)s. Lihat: jobfair staff list", email=email
        )
    return found


async def reset_organiser(database: Database, settings: Settings, email: str) -> str:
    """Return a new password for one sign-in; a disabled organiser can sign in again.

    Raises:
        NotFound: no organiser has this address.

    """
    password = one_time_password()
    hashed = Passwords().hash_now(password)
    async with database.transaction() as session:
        account = await _organiser(session, read_keys(settings.keys), email)
        account.disabled_at = None
        if account.totp_at is not None:
            await remove_authenticator(session, account=account, now=datetime.now(UTC))
        await actions.reset_password(
            session,
            account=account,
            password_hash=hashed,
            now=datetime.now(UTC),
            by=None,
            act=Act.RESET_ORGANISER,
        )
    return password


@staff.command("list", short_help="Daftar akun panitia.")
@command
async def list_() -> None:
    """Tampilkan surel, nama, dan keadaan setiap akun panitia."""
    async with ready_database(read_settings()) as database, database.snapshot() as session:
        found = await organisers(session)
    for one in found:
        out.print(f"{one.email}  {one.name}  {'nonaktif' if one.disabled_at else 'aktif'}")
    if not found:
        out.print("Belum ada panitia. Buat dengan: jobfair load FOLDER --organiser SUREL")


@staff.command(short_help="Buat kata sandi baru untuk satu panitia.")
@click.argument("email")
@command
async def reset(email: str) -> None:
    """Buat kata sandi sekali pakai untuk EMAIL dan keluarkan dari semua peramban.

    Autentikatornya dilepas.

    Akun yang nonaktif menjadi aktif lagi.
    """
    settings = read_settings()
    async with ready_database(settings) as database:
        password = await reset_organiser(database, settings, email)
    out.print(f"Kata sandi sekali pakai untuk {email}: {password}")


@staff.command(short_help="Nonaktifkan satu panitia.")
@click.argument("email")
@command
async def disable(email: str) -> None:
    """Nonaktifkan EMAIL: orangnya langsung keluar dan tidak dapat masuk lagi."""
    settings = read_settings()
    async with ready_database(settings) as database, database.transaction() as session:
        account = await _organiser(session, read_keys(settings.keys), email)
        await actions.disable_account(session, account=account, now=datetime.now(UTC), by=None)
    out.print(f"{email} nonaktif. Aktifkan lagi dengan: jobfair staff reset {email}")

"""The ``jobfair`` command."""

import logging

import click

from jobfair import __version__
from jobfair.cli import check, demo, fairs, migrate, rekey, replay, serve, staff


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="jobfair")
def main() -> None:
    """Job fair virtual untuk Dinas Tenaga Kerja: jendela yang tepat, angka yang cocok.

    \b
    Mulai di sini:  jobfair demo
    Setelan:        variabel lingkungan JOBFAIR_*, lihat docs/operating.md
    """
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)


for one in (
    demo.demo,
    serve.serve,
    fairs.load,
    fairs.open_,
    fairs.close,
    fairs.report,
    replay.replay,
    check.check,
    migrate.migrate,
    rekey.rekey,
    staff.staff,
):
    main.add_command(one)

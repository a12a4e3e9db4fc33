"""``python -m jobfair`` is the ``jobfair`` command."""

from jobfair.cli import main

main()

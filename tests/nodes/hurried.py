"""``python -m tests.nodes.hurried serve ...``: the program with short waits, for short trials."""

import sys

from jobfair.cli import main
from jobfair.intake import closing
from jobfair.live import bus
from tests.rigs import defects

ROLE_LOST_AFTER = "2s"
LATCH_AFTER = 5
"""Some rings of the clock, even of one that comes late, so that what is done twice is seen."""

if __name__ == "__main__":
    bus.IDLE_TIMEOUT = ROLE_LOST_AFTER
    closing.PATIENCE = LATCH_AFTER
    if sys.argv[1] != "serve":
        defects.plant(sys.argv.pop(1))
    main()

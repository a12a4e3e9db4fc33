"""``python -m tests.nodes.planted DEFECT serve ...``: the program with a defect planted in it."""

import sys

from jobfair.cli import main
from tests.rigs import defects

if __name__ == "__main__":
    defects.plant(sys.argv.pop(1))
    main()

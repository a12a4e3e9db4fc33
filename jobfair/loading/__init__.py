"""Reading fair folders: every mistake told at once, nothing changed while there is one."""

from jobfair.loading.load import Report, load_fair
from jobfair.loading.mistakes import BadFiles, Mistake

__all__ = ["BadFiles", "Mistake", "Report", "load_fair"]

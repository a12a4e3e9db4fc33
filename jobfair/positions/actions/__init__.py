"""What changes positions: so far, a fair being defined from its files."""

from jobfair.positions.actions.defining import AlreadyOpen, define_fair
from jobfair.positions.actions.definitions import (
    Change,
    CompanyDefinition,
    Defined,
    FairDefinition,
    OfficeDefinition,
    PositionDefinition,
    WindowDefinition,
)

__all__ = [
    "AlreadyOpen",
    "Change",
    "CompanyDefinition",
    "Defined",
    "FairDefinition",
    "OfficeDefinition",
    "PositionDefinition",
    "WindowDefinition",
    "define_fair",
]

"""What the record of a closed fair counts by."""

from itertools import pairwise

UNKNOWN = "unknown"
UNKNOWN_LABEL = "Tidak diketahui"
AGE_EDGES = (15, 20, 25, 30, 35, 40, 45, 50, 55, 60)
"""Lower edges of the bands; both official schemes can be added up from them."""


def age_bands() -> list[tuple[str, str]]:
    """Return code and label of every band, youngest first, "unknown" last."""
    inner = [(low, high - 1) for low, high in pairwise(AGE_EDGES)]
    return [
        (f"<{AGE_EDGES[0]}", f"Di bawah {AGE_EDGES[0]} tahun"),
        *((f"{low}-{high}", f"{low}–{high} tahun") for low, high in inner),
        (f"{AGE_EDGES[-1]}+", f"{AGE_EDGES[-1]} tahun ke atas"),
        (UNKNOWN, UNKNOWN_LABEL),
    ]

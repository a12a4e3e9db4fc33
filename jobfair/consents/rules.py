"""The consents that are asked for, each with the words it is given to."""

from enum import StrEnum
from typing import Self


class Consent(StrEnum):
    """What is agreed to: its stored name, the version of its words, and the words themselves.

    Who changes the words gives them another version: the ledger then tells who agreed to which.
    """

    version: str
    words: str

    def __new__(cls, name: str, version: str, words: str) -> Self:
        """Return the member stored as ``name``."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.version, member.words = version, words
        return member

    APPLICATION = (
        "application",
        "1",
        "Saya setuju data ini diteruskan ke %(company)s untuk seleksi jabatan ini saja.",
    )
    DISABILITY = (
        "disability",
        "1",
        (
            "Saya setuju Disnaker menyimpan keterangan disabilitas ini. Centang hanya bila Anda "
            "memilih salah satu ragam."
        ),
    )

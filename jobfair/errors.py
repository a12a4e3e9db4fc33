"""The ways this application says no. None of them knows about HTTP.

A message is a sentence in Bahasa Indonesia for the person who will read it: what is wrong and
what to do. It is also the key of its English translation, so facts that vary are named
(``%(instant)s``) and given beside it, never written into it.
"""

import random


class JobFairError(Exception):
    """Base of every refusal; ``str()`` gives the Indonesian sentence."""

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message % facts if facts else message)
        self.message = message
        self.facts = facts


class NotFound(JobFairError):
    """The thing asked for does not exist, or this person may not know that it does."""

    def __init__(self, message: str = "Halaman ini tidak ada.", **facts: object) -> None:
        super().__init__(message, **facts)


class NotAllowed(JobFairError):
    """This person may not do that, whatever the state of the fair."""


class Refused(JobFairError):
    """The request makes sense but a rule of the fair forbids it right now.

    ``code`` is stable (``not_open``, ``closed``, ``paused``, ...), for pages and tests.
    """

    def __init__(self, code: str, message: str, **facts: object) -> None:
        super().__init__(message, **facts)
        self.code = code


def retry_after() -> int:
    """Return seconds until the next try, random so that retries do not arrive together."""
    return random.randint(3, 8)  # noqa: S311 - spreads the retries, no secret


class Overloaded(JobFairError):
    """Too much at once, or the store is out of reach: nothing was done, try again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "Sedang sangat ramai dan lamaran ini belum diterima. "
            "Isian Anda tetap ada, coba lagi dalam %(seconds)s detik.",
            seconds=seconds,
        )
        self.seconds = seconds


class InternalFault(JobFairError):
    """Something is broken on our side: nothing was done, and trying again does not help."""

    def __init__(self) -> None:
        super().__init__(
            "Ada yang rusak di pihak kami dan permintaan ini tidak tersimpan. "
            "Jangan ulangi; hubungi panitia."
        )


class TemporarilyUnavailable(JobFairError):
    """One thing this request needs is full or out of reach, while the rest goes on as ever."""

    def __init__(self, seconds: int, message: str) -> None:
        super().__init__(message, seconds=seconds)
        self.seconds = seconds


class Problem:
    """What is wrong with one field, as a sentence with its facts."""

    def __init__(self, message: str, **facts: object) -> None:
        self.message = message
        self.facts = facts

    def __str__(self) -> str:
        """Return the Indonesian sentence."""
        return self.message % self.facts if self.facts else self.message


class Invalid(JobFairError):
    """The form needs correcting; ``fields`` maps a field name to its problem, in page order."""

    def __init__(self, fields: dict[str, Problem]) -> None:
        super().__init__("Periksa lagi isian yang ditandai.")
        self.fields = fields


class Misconfigured(JobFairError):
    """A setting or the machine is not fit to run on; the sentence says what to change."""

"""Looks into files of strangers, in a child process that can do nothing but answer one word."""

import asyncio
import sys
from pathlib import Path

AT_ONCE = 2
"""Children side by side; the next ones wait."""
WITHIN = 15.0
"""Seconds for one child, its start included; its own limit of processor time is shorter."""
CHILD = Path(__file__).with_name("pdf_child.py")
UNREADABLE = "unreadable"
"""The child died, was stopped by a limit or took too long: nothing is known of the file."""
_turns = asyncio.Semaphore(AT_ONCE)


async def inspect_pdf(data: bytes) -> str:
    """Return what a PDF is, in the word that the child found for it.

    ``fine``, ``broken``, ``locked``, ``program``, ``elsewhere``, ``files``, ``media`` or
    ``form`` (see :mod:`jobfair.inspection.pdf_child`), or :data:`UNREADABLE`.
    """
    async with _turns:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(CHILD),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
        try:
            async with asyncio.timeout(WITHIN):
                said, _ = await child.communicate(data)
        except TimeoutError:
            said = b""
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
    return said.decode("ascii", "replace").strip() if child.returncode == 0 else UNREADABLE

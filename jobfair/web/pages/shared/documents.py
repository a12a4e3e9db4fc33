"""Taking a file and giving it out: to be saved, never to be shown inside a page of ours."""

import asyncio
import logging
from datetime import datetime

from litestar.response import Response

from jobfair.applications.queries.desk import Opened
from jobfair.cvs.rules import may_open
from jobfair.db import Session
from jobfair.documents.actions import read
from jobfair.documents.queries import StoredFile, stored_file
from jobfair.documents.rules import MEDIA, Kind, disposition, read_document, too_large
from jobfair.documents.rules.pdf import problem_for
from jobfair.encryption import DecryptionFailed
from jobfair.errors import NotFound, Problem, TemporarilyUnavailable
from jobfair.fairs.rules.state import FairState
from jobfair.inspection import inspect_pdf
from jobfair.store import ObjectNotFound, StoreUnavailable
from jobfair.web.http.dependencies import Services
from jobfair.web.http.uploads import Upload
from jobfair.wording.language import gettext_noop

log = logging.getLogger(__name__)
RETRY = 10
OUT_OF_REACH = gettext_noop(
    "Penyimpanan dokumen sedang tidak terjangkau. Tidak ada yang berubah; coba lagi dalam "
    "%(seconds)s detik."
)
LOST = gettext_noop(
    "Berkas ini hilang atau rusak di penyimpanan, jadi tidak dapat dibuka. Mintalah pemiliknya "
    "mengunggah lagi, dan beri tahu panitia."
)
ALONE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""Whatever is in the file, a browser that shows it all the same runs and loads nothing."""


async def judge_upload(upload: Upload, *, most: int) -> tuple[Kind, bytes] | Problem:
    """Return the kind and the bytes to store of a file, or what is wrong with it."""
    if upload.data is None:
        return too_large(upload.size, most=most)
    found = await asyncio.to_thread(read_document, upload.data, most=most)
    if isinstance(found, Problem) or found[0] is not Kind.PDF:
        return found
    return problem_for(await inspect_pdf(upload.data)) or found


def store_unavailable(error: StoreUnavailable) -> TemporarilyUnavailable:
    """Log why the store cannot be asked, and return what people are told."""
    log.error("document store: %s", error)
    return TemporarilyUnavailable(RETRY, OUT_OF_REACH)


async def sent_cv(
    session: Session, opened: Opened, fair: FairState, *, now: datetime
) -> StoredFile | None:
    """Return the CV an application came with, as far as its company may open it now."""
    if not may_open(stage=opened.stage, closes_at=fair.timetable.closes_at, now=now):
        return None
    return await stored_file(session, opened.profile.get("cv", ""))


async def hand_out(services: Services, file: StoredFile, *, title: str) -> Response[bytes]:
    """Answer with a document as a file to be saved under its title.

    Raises:
        NotFound: its bytes are gone or not those that were stored.
        TemporarilyUnavailable: the store does not answer.

    """
    try:
        data = await read(services.store, services.keys, file)
    except StoreUnavailable as error:
        raise store_unavailable(error) from None
    except (ObjectNotFound, DecryptionFailed) as error:
        log.error("document %s: %s", file.name, type(error).__name__)  # noqa: TRY400 - no trace
        raise NotFound(LOST) from None
    return Response(
        data,
        media_type=MEDIA[file.kind],
        headers=ALONE | {"Content-Disposition": disposition(title, file.kind)},
    )

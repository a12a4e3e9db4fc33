"""Giving out a CV: to be saved, never to be shown inside a page of ours."""

import asyncio
import logging
from datetime import datetime

from litestar.response import Response

from jobfair.applications.queries.desk import Opened
from jobfair.db import Session
from jobfair.documents.queries import Cv, cv_named, key_context
from jobfair.documents.rules import MEDIA, disposition, may_open
from jobfair.encryption import DecryptionFailed, decrypt
from jobfair.errors import NotFound, TemporarilyUnavailable
from jobfair.fairs.rules.state import FairState
from jobfair.store import ObjectNotFound, StoreUnavailable
from jobfair.web.http.dependencies import Services
from jobfair.wording.language import gettext_noop

log = logging.getLogger(__name__)
RETRY = 10
OUT_OF_REACH = gettext_noop(
    "Penyimpanan dokumen sedang tidak terjangkau. Tidak ada yang berubah; coba lagi dalam "
    "%(seconds)s detik."
)
LOST = gettext_noop(
    "Berkas CV ini hilang atau rusak di penyimpanan, jadi tidak dapat dibuka. Mintalah pemiliknya "
    "mengunggah lagi, dan beri tahu panitia."
)
ALONE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""Whatever is in the file, a browser that shows it all the same runs and loads nothing."""


def store_unavailable(error: StoreUnavailable) -> TemporarilyUnavailable:
    """Log why the store cannot be asked, and return what people are told."""
    log.error("document store: %s", error)
    return TemporarilyUnavailable(RETRY, OUT_OF_REACH)


async def sent_cv(session: Session, opened: Opened, fair: FairState, *, now: datetime) -> Cv | None:
    """Return the CV an application came with, as far as its company may open it now."""
    name = opened.profile.get("cv", "")
    if not name or not may_open(stage=opened.stage, closes_at=fair.timetable.closes_at, now=now):
        return None
    return await cv_named(session, name)


async def _bytes_of(services: Services, cv: Cv) -> bytes:
    try:
        sealed = await services.store.get(cv.name)
        key = services.keys.unseal(cv.key_sealed, context=key_context(cv.name))
        return await asyncio.to_thread(decrypt, sealed, key=bytes.fromhex(key), context=cv.name)
    except StoreUnavailable as error:
        raise store_unavailable(error) from None
    except (ObjectNotFound, DecryptionFailed) as error:
        log.error("document %s: %s", cv.name, type(error).__name__)  # noqa: TRY400 - no trace
        raise NotFound(LOST) from None


async def hand_out(services: Services, cv: Cv, *, name: str) -> Response[bytes]:
    """Answer with a CV as a file to be saved, called after the applicant.

    Raises:
        NotFound: its bytes are gone or not those that were stored.
        TemporarilyUnavailable: the store does not answer.

    """
    return Response(
        await _bytes_of(services, cv),
        media_type=MEDIA[cv.kind],
        headers=ALONE | {"Content-Disposition": disposition(name, cv.kind)},
    )

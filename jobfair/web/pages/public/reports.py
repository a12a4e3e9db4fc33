"""The papers of a closed fair: the page that vouches for them, and the files themselves."""

from hashlib import sha256
from pathlib import Path

from litestar import Response, get
from litestar.response import Template

from jobfair.errors import NotFound, Refused
from jobfair.fairs.rules.state import FairState
from jobfair.reporting.datasets import report_of
from jobfair.reporting.designs import Design
from jobfair.reporting.findings import few
from jobfair.reporting.glyphs import reports_root
from jobfair.reporting.sheets import recap_sheet
from jobfair.tally.queries.frozen import FrozenClosing, closing_of, signed_text
from jobfair.web.http.admission import GIVE_BACK
from jobfair.web.http.dependencies import AnyRequest, FromPath, NowDep, Services
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.fairs import visible_fair
from jobfair.wording.language import gettext_noop

RECAP, ANNEX, MEDIA = "rekap", "lampiran", "lembar-media"
FRESH = 300
"""Seconds a copy is used without asking again."""
NOT_YET = gettext_noop("Rekap baru ada sesudah job fair ditutup.")


async def _closed(request: AnyRequest, slug: str) -> tuple[FairState, FrozenClosing | None]:
    """Read fair and closing, and give the connection back: printing takes seconds."""
    services: Services = request.app.state.services
    async with services.database.snapshot() as session:
        found = await visible_fair(request, session, slug)
        return found, await closing_of(session, found.id, trusted=services.keys.public_key)


@get("/{fair_slug:str}/rekap")
async def show_recap(request: AnyRequest, fair_slug: FromPath[str], now: NowDep) -> Template:
    """Show what a recap of this fair must say; before the closing, when it comes."""
    services: Services = request.app.state.services
    refusal: Refused | None = None
    papers: dict[str, int | None] = {}
    found, closing = await _closed(request, fair_slug)
    if closing:
        try:
            papers["csv"] = len(recap_sheet(report_of(closing)))
            for name in (RECAP, ANNEX, MEDIA):
                papers[name] = await services.press.size(reports_root() / name, closing)
        except Refused as error:
            refusal = error
    return show(
        request,
        "public/recap.html",
        fair=found,
        phase=found.phase(now),
        closing=closing,
        papers=papers,
        refusal=refusal,
        disabled=few(closing.record.disability.applicants) if closing else "",
    )


def _answer(
    request: AnyRequest, found: FairState, mark: str, file: str, content: bytes | None
) -> Response[bytes]:
    """Answer with a file, or with 304 when ``content`` is None: the reader has it already."""
    kind = "text/csv" if file.endswith(".csv") else "application/pdf"
    place = "attachment" if file.endswith(".csv") else "inline"
    shared = found.timetable.published_at is not None and request.scope.get("user") is None
    headers = {
        "ETag": f'"{mark}"',
        "Cache-Control": f"{'public' if shared else 'private'}, max-age={FRESH}",
    }
    if content is None:
        return Response(b"", status_code=304, headers=headers)
    headers["Content-Disposition"] = f'{place}; filename="{file}"'
    return Response(content, media_type=kind, headers=headers)


def _has(request: AnyRequest, mark: str) -> bool:
    return f'"{mark}"' in request.headers.get("if-none-match", "")


async def _paper(request: AnyRequest, slug: str, folder: Path) -> Response[bytes]:
    services: Services = request.app.state.services
    found, closing = await _closed(request, slug)
    if closing is None:
        raise NotFound(NOT_YET)
    mark = await services.press.mark(folder, closing)
    content = None
    if not _has(request, mark):
        give_back = request.scope[GIVE_BACK]  # type: ignore[literal-required]  # our own key
        content = await services.press.print(folder, closing, before_waiting=give_back)
    file = Design.read(folder).file.format(fair=found.slug)
    return _answer(request, found, mark, file, content)


@get("/{fair_slug:str}/rekap.pdf")
async def recap_pdf(request: AnyRequest, fair_slug: FromPath[str]) -> Response[bytes]:
    """Answer with the printed recap: the same bytes as long as record and design are the same."""
    return await _paper(request, fair_slug, reports_root() / RECAP)


@get("/{fair_slug:str}/lampiran.pdf")
async def annex_pdf(request: AnyRequest, fair_slug: FromPath[str]) -> Response[bytes]:
    """Answer with what is too long for the recap: every position, and further tables."""
    return await _paper(request, fair_slug, reports_root() / ANNEX)


@get("/{fair_slug:str}/lembar-media.pdf")
async def media_pdf(request: AnyRequest, fair_slug: FromPath[str]) -> Response[bytes]:
    """Answer with the page for the press."""
    return await _paper(request, fair_slug, reports_root() / MEDIA)


@get("/{fair_slug:str}/rekap.json")
async def recap_signature(
    request: AnyRequest, fair_slug: FromPath[str]
) -> Response[dict[str, str | int]]:
    """Answer with what anybody needs to verify the hash of the figures by the public key alone.

    The record itself is not public: it holds the small numbers that paper hides.
    """
    found, closing = await _closed(request, fair_slug)
    if closing is None:
        raise NotFound(NOT_YET)
    return Response(
        {
            "fair": found.slug,
            "edition": closing.edition,
            "frozen_at": closing.frozen_at.isoformat(),
            "sha256": closing.sha256,
            "algorithm": "Ed25519",
            "signed_text": signed_text(closing.sha256).decode(),
            "signature": closing.signature,
            "public_key": closing.public_key,
        }
    )


@get("/{fair_slug:str}/rekap.csv")
async def recap_csv(request: AnyRequest, fair_slug: FromPath[str]) -> Response[bytes]:
    """Answer with all tables of the recap in one file."""
    found, closing = await _closed(request, fair_slug)
    if closing is None:
        raise NotFound(NOT_YET)
    content = recap_sheet(report_of(closing))
    mark = sha256(content).hexdigest()
    file = f"rekap-{found.slug}.csv"
    return _answer(request, found, mark, file, None if _has(request, mark) else content)

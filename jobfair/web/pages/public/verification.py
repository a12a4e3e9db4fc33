"""Whether a receipt is genuine: what anybody holding its number may know."""

from urllib.parse import quote

from litestar import get
from litestar.response import Redirect, Template

from jobfair.applications.queries.receipts import verify_receipt
from jobfair.applications.rules import normalise_receipt, receipt_fits
from jobfair.web.http.dependencies import AnyRequest, FromPath, FromQuery, SnapshotDep
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.fairs import visible_fair

NUMBER_LONGEST = 40


@get("/{fair_slug:str}/bukti")
async def ask_receipt(
    request: AnyRequest,
    fair_slug: FromPath[str],
    snapshot: SnapshotDep,
    nomor: FromQuery[str] = "",
) -> Template | Redirect:
    """Ask for a number, and lead to its page."""
    found = await visible_fair(request, snapshot, fair_slug)
    number = normalise_receipt(nomor, prefix=found.receipt_prefix)
    number = number.replace("/", "")[:NUMBER_LONGEST]
    if number:
        return Redirect(f"/{found.slug}/bukti/{quote(number, safe='')}", status_code=303)
    return show(
        request, "public/verification.html", fair=found, number="", verified=None, fits=True
    )


@get("/{fair_slug:str}/bukti/{number:str}")
async def verify(
    request: AnyRequest,
    fair_slug: FromPath[str],
    number: FromPath[str],
    snapshot: SnapshotDep,
) -> Template:
    """Say what the ledger says of a number: position, company, instant; never the person.

    Wrong check digits are told apart from an unknown number, for the first is a typing mistake.
    """
    found = await visible_fair(request, snapshot, fair_slug)
    tidy = normalise_receipt(number, prefix=found.receipt_prefix)[:NUMBER_LONGEST]
    fits = receipt_fits(tidy)
    verified = await verify_receipt(snapshot, fair_id=found.id, number=tidy) if fits else None
    return show(
        request,
        "public/verification.html",
        fair=found,
        number=tidy,
        fits=fits,
        verified=verified,
        status_code=200 if verified else 404,
    )

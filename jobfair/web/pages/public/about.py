"""Pages that explain: privacy, accessibility, help; and the gallery of every part."""

from litestar import get
from litestar.response import Template

from jobfair.errors import Problem
from jobfair.fairs.queries import published_fairs
from jobfair.people.rules import ABSOLUTE, IDLE, Role
from jobfair.web.http.dependencies import AnyRequest, SnapshotDep
from jobfair.web.http.forms import Form
from jobfair.web.http.templating import show


@get("/privasi")
async def show_privacy(request: AnyRequest) -> Template:
    """Say which personal data are kept, why, and who sees them."""
    return show(
        request,
        "public/privacy.html",
        idle_hours=IDLE[Role.APPLICANT].seconds // 3600,
        absolute_hours=ABSOLUTE[Role.APPLICANT].days * 24,
    )


@get("/aksesibilitas")
async def show_accessibility(request: AnyRequest) -> Template:
    """Say how accessible the pages are, and where not."""
    return show(request, "public/accessibility.html")


@get("/bantuan")
async def show_help(request: AnyRequest, snapshot: SnapshotDep) -> Template:
    """Explain applying in short, and whom to ask."""
    fairs = await published_fairs(snapshot)
    offices = list({found.office.id: found.office for found in fairs}.values())
    return show(request, "public/help.html", offices=offices)


@get("/gaya")
async def show_gallery(request: AnyRequest) -> Template:
    """Show every part of the style in every state, for eyes and for the accessibility tests."""
    form = Form(
        {"name": "Siti Rahmawati", "nik": "121901450902000", "education": "smk", "sex": "P"},
        {
            "nik": Problem("NIK harus 16 angka, yang ini %(n)s angka.", n=15),
            "education": Problem("Pilih pendidikan terakhir Anda."),
            "consent": Problem("Centang persetujuan ini bila Anda setuju."),
        },
    )
    return show(request, "public/gallery.html", gallery=form)

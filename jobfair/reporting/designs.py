"""Report designs: folders of ``reports/``, filled in with what a report may say."""

import base64
import io
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment
from markupsafe import Markup

from jobfair.reporting import words
from jobfair.reporting.datasets import Report
from jobfair.reporting.glyphs import printable, reports_root
from jobfair.reporting.sheets import sheets
from jobfair.wording.environment import make_environment

COVER_WIDTH, COVER_SIZE = 486, 182
FIGURE, STOP = 0.572, 0.38
"""Widths of a tabular figure and of the full stop, in parts of the size (weight 800)."""
NOT_PACKED = frozenset({"about.toml", "report.html"})
SHARED = "shared"


@dataclass(frozen=True)
class Design:
    """A layout of the numbers; a second one needs no Python."""

    folder: Path
    title: str
    file: str
    """Name of the printed file, with ``{fair}`` for the fair's slug."""
    variant: str
    pages: int
    """At most so many pages: what does not fit is printed smaller. 0: as many as it needs."""
    attach: tuple[str, ...]
    """Which CSV files of :func:`jobfair.reporting.sheets.sheets` travel inside the PDF."""

    @property
    def name(self) -> str:
        """Return the name of the folder."""
        return self.folder.name

    @classmethod
    def read(cls, folder: Path) -> "Design":
        """Return the design in a folder, described by its ``about.toml``."""
        about = tomllib.loads((folder / "about.toml").read_text("utf-8"))
        return cls(
            folder=folder,
            title=about["title"],
            file=about["file"],
            variant=about["variant"],
            pages=about.get("pages", 0),
            attach=tuple(about["attach"]),
        )

    def files(self) -> dict[str, bytes]:
        """Return everything a page of this design may ask for, by its packed name."""
        shared = self.folder.parent / SHARED
        found = [
            *(path for path in self.folder.iterdir() if path.name not in NOT_PACKED),
            *(path for path in shared.iterdir() if path.suffix != ".html"),
        ]
        return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in sorted(found)}


def all_designs() -> list[Design]:
    """Return every design of ``reports/``, by name."""
    return [Design.read(path.parent) for path in sorted(reports_root().glob("*/about.toml"))]


def qr_code(address: str) -> Markup:
    """Return an address as a QR code."""
    file = io.BytesIO()
    segno.make(address, error="m").save(
        file, kind="svg", xmldecl=False, svgns=True, nl=False, border=0, omitsize=True,
        svgclass=None, lineclass=None,
    )  # fmt: skip
    said = "Kode QR untuk memeriksa rekap ini"
    drawn = file.getvalue().decode().replace("<svg ", f'<svg role="img" aria-label="{said}" ', 1)
    drawn = drawn.replace(">", f"><title>{said}</title>", 1)  # what a PDF tells of a drawing
    return Markup(drawn)  # noqa: S704 - drawn by segno, holds no text of ours


def cover_size(text: str) -> int:
    """Return the largest size in points at which a number still fits across the cover."""
    stops = text.count(".")
    width = (len(text) - stops) * FIGURE + stops * STOP
    return min(COVER_SIZE, int(COVER_WIDTH / width))


def balanced(text: str, most: int = 24) -> list[str]:
    """Break a title into as few lines of about ``most`` letters as it needs, evenly filled."""
    wanted = -(-len(text) // most)
    lines, left = [""], len(text)
    for word in text.split():
        room = left / max(wanted - len(lines) + 1, 1)
        if lines[-1] and len(lines) < wanted and len(lines[-1]) + len(word) / 2 > room:
            left -= len(lines[-1])
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _environment(folder: Path) -> Environment:
    environment = make_environment([folder])
    environment.filters |= {"n": words.number, "groups": _groups}
    environment.globals |= {
        "ratio": words.ratio,
        "percent": words.percent,
        "qr_code": qr_code,
        "cover_size": cover_size,
        "balanced": balanced,
    }
    return environment


def _groups(text: str, size: int = 8) -> str:
    """Return a long code in groups a person can compare."""
    return " ".join(text[at : at + size] for at in range(0, len(text), size))


def _encoded(files: dict[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(content).decode() for name, content in files.items()}


def pack(design: Design, report: Report, *, base_url: str) -> dict[str, Any]:
    """Return the whole job for the printer: page, files, attachments, and the fixed instant."""
    page = _environment(design.folder.parent).get_template(f"{design.name}/report.html")
    data = {name: content for name, content in sheets(report).items() if name in design.attach}
    at: datetime = report.head.latched_at
    return {
        "html": printable(
            page.render(
                report=report,
                head=report.head,
                address=f"{base_url.rstrip('/')}/{report.head.slug}/rekap",
                title=f"{design.title} {report.head.name}",
                at=at.isoformat(timespec="seconds"),
            )
        ),
        "base": f"{design.name}/report.html",
        "variant": design.variant,
        "pages": design.pages,
        "at": at.isoformat(timespec="seconds"),
        "assets": _encoded(design.files() | {f"data/{name}": data[name] for name in data}),
        "attachments": [
            {"name": name, "asset": f"data/{name}", "description": f"Data rekap: {name}"}
            for name in data
        ],
    }

"""What a child finds in a PDF: judged by its objects, never by words that stand in its text."""

import asyncio
import zlib

import pikepdf
import pytest

from jobfair.documents.rules.pdf import problem_for
from jobfair.inspection import AT_ONCE, UNREADABLE, inspect_pdf, pdf_child
from tests.documents import files

pytestmark = pytest.mark.anyio

MUCH = b" " * 3000
"""More than a search around a word would look at."""


def script_spelled(name):
    plain = files.pdf_of(files.script)
    return plain.replace(b"/JavaScript", name)


def padded_object_stream():
    hidden = files.packed(files.script)
    at = hidden.index(b"/ObjStm")
    return hidden[:at] + b"/ObjStm" + MUCH + hidden[at + 7 :]


def in_an_annotation(pdf):
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
        A=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"),
    )  # fmt: skip
    pdf.pages[0].Annots = pikepdf.Array([note])


def when_a_page_opens(pdf):
    pdf.pages[0].AA = pikepdf.Dictionary(
        O=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pdf.make_stream(b"app.alert(1)"))
    )


def by_name(pdf):
    action = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="1"))
    pdf.Root.Names = pikepdf.Dictionary(
        JavaScript=pikepdf.Dictionary(Names=pikepdf.Array(["a", action]))
    )


def link(pdf):
    pdf.pages[0].Annots = pikepdf.Array(
        [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
                A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://contoh.id"),
            )
        ]
    )  # fmt: skip


def first_page(pdf):
    pdf.Root.OpenAction = pikepdf.Array([pdf.pages[0].obj, pikepdf.Name.Fit])


def field(pdf):
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]))


def talks_of_it(pdf):
    told = b"BT (/JavaScript /Launch /EmbeddedFile endobj %%EOF /Encrypt 1 0 R) Tj ET"
    pdf.pages[0].Contents = pdf.make_stream(told)


def attached_by_a_note(pdf):
    """A file that is only called one by the entry that leads to it."""
    file = pikepdf.Dictionary(F="a.exe", EF=pikepdf.Dictionary(F=pdf.make_stream(b"MZ")))
    pdf.pages[0].Annots = pikepdf.Array(
        [pikepdf.Dictionary(Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9], FS=file)]
    )


def hidden_file(pdf):
    """A file that nothing leads to."""
    pdf.Root.Lampiran = pdf.make_stream(b"MZ", Type=pikepdf.Name.EmbeddedFile)


def named(name):
    def change(pdf):
        pdf.Root.Names = pikepdf.Dictionary({name: pikepdf.Dictionary(Names=pikepdf.Array([]))})

    return change


def nested(pdf):
    value = pikepdf.Array([])
    for _ in range(100):
        value = pikepdf.Array([value])
    pdf.Root.Dalam = value


def moving_page(pdf):
    pdf.pages[0].Annots = pikepdf.Array([pikepdf.Dictionary(Type=pikepdf.Name.RichMedia)])


LEARNT = {
    "plain": files.plain_pdf(),
    "packed": files.packed(),
    "linearized": files.pdf_of(linearize=True),
    "a link": files.pdf_of(link),
    "opens at a page": files.pdf_of(first_page),
    "a form without fields": files.pdf_of(field),
    "text that speaks of programs": files.pdf_of(talks_of_it, compress_streams=False),
    "a comment that looks like a name": files.plain_pdf().replace(
        b"%%EOF", b"% /JavaScript /Launch\n%%EOF"
    ),
    "bytes behind its end": files.plain_pdf() + b"\0" * 5000,
    "bytes before its beginning": b"\xef\xbb\xbf\r\n" + files.plain_pdf(),
    "a wrong place of its table": files.plain_pdf().replace(b"startxref\n", b"startxref\n9"),
    "without its table": files.plain_pdf().split(b"xref")[0],
    "only its owner may change it": files.pdf_of(encryption=pikepdf.Encryption(owner="a", user="")),
}


@pytest.mark.parametrize("name", LEARNT)
async def test_what_readers_open_is_taken(name):
    assert await inspect_pdf(LEARNT[name]) == "fine"


REFUSED = {
    "script": (files.pdf_of(files.script), "program"),
    "script packed": (files.packed(files.script), "program"),
    "script packed behind many blanks": (padded_object_stream(), "program"),
    "script in escapes": (script_spelled(b"/J#61v#61Script"), "program"),
    "script in an annotation": (files.packed(in_an_annotation), "program"),
    "script when a page opens": (files.packed(when_a_page_opens), "program"),
    "script by name": (files.packed(by_name), "program"),
    "script of a film": (files.pdf_of(files.opening(S=pikepdf.Name.Rendition, JS="1")), "program"),
    "script of names alone": (files.pdf_of(named("/JavaScript")), "program"),
    "script elsewhere": (files.pdf_of(files.opening(S=pikepdf.Name.JavaScript)), "program"),
    "film": (files.pdf_of(files.opening(S=pikepdf.Name.RichMediaExecute)), "program"),
    "launch": (files.pdf_of(files.opening(S=pikepdf.Name.Launch, F="cmd.exe")), "program"),
    "submit": (files.pdf_of(files.opening(S=pikepdf.Name.SubmitForm, F="https://x.id")), "form"),
    "import": (files.pdf_of(files.opening(S=pikepdf.Name.ImportData, F="x")), "form"),
    "another file": (files.pdf_of(files.opening(S=pikepdf.Name.GoToR, F="\\\\h\\s")), "elsewhere"),
    "an address": (files.pdf_of(files.opening(S=pikepdf.Name.URI, URI="http://x")), "elsewhere"),
    "attachment": (files.packed(files.attachment), "files"),
    "attachment of a note": (files.packed(attached_by_a_note), "files"),
    "attachment without a name": (files.packed(hidden_file), "files"),
    "names of attachments": (files.packed(named("/EmbeddedFiles")), "files"),
    "file inside": (files.pdf_of(files.opening(S=pikepdf.Name.GoToE)), "files"),
    "media in a page": (files.packed(moving_page), "media"),
    "deeper than any page": (files.pdf_of(nested), "broken"),
    "media": (files.pdf_of(files.opening(Subtype=pikepdf.Name.RichMedia)), "media"),
    "xfa": (files.pdf_of(files.form), "form"),
    "locked": (files.locked_pdf(), "locked"),
    "empty": (b"%PDF-1.7\n" + b"x" * 5000, "broken"),
    "no page": (b"%PDF-9.9\nstartxref\n0\n%%EOF", "broken"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_does_more_than_show_its_pages_is_named(name):
    data, word = REFUSED[name]

    found = await inspect_pdf(data)

    assert found == word
    assert str(problem_for(found)).startswith("PDF ini ")


async def test_the_child_has_given_up_what_it_does_not_need(tmp_path, monkeypatch):
    probe = tmp_path / "probe.py"
    probe.write_text(
        "import os, resource as r, runpy, sys\n"
        f"runpy.run_path({str(pdf_child.__file__)!r}, run_name='__main__')\n"
        "limits = (r.RLIMIT_CPU, r.RLIMIT_AS, r.RLIMIT_FSIZE, r.RLIMIT_CORE, r.RLIMIT_NPROC)\n"
        "known = (sys.flags.isolated, os.environ.get('HOME'))\n"
        "print('', *(r.getrlimit(one)[1] for one in limits), *known)\n"
    )
    monkeypatch.setattr("jobfair.inspection.CHILD", probe)

    found = await inspect_pdf(b"x")

    assert found == f"broken {pdf_child.CPU_SECONDS} {pdf_child.MEMORY} 0 0 0 1 None"


async def test_no_more_than_two_children_run_at_once(tmp_path, monkeypatch):
    probe = tmp_path / "probe.py"
    probe.write_text(
        "import pathlib, time, sys\n"
        "folder = pathlib.Path(sys.argv[0]).parent\n"
        "own = folder / f'{time.monotonic_ns()}.child'\n"
        "own.touch()\n"
        "time.sleep(0.3)\n"
        "print(len(list(folder.glob('*.child'))))\n"
        "own.unlink()\n"
    )
    monkeypatch.setattr("jobfair.inspection.CHILD", probe)

    found = await asyncio.gather(*(inspect_pdf(b"") for _ in range(5)))

    assert max(int(one) for one in found) <= AT_ONCE == 2


async def test_a_file_made_to_cost_time_is_stopped_and_told_as_such(monkeypatch):
    monkeypatch.setattr("jobfair.inspection.WITHIN", 0.01)

    found = await inspect_pdf(files.plain_pdf())

    assert found == UNREADABLE
    assert "tidak dapat diperiksa" in str(problem_for(found))


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4\n" + b"1 0 obj\n" + b"[" * 900_000 + b"\nendobj\nstartxref\n0\n%%EOF",
        b"%PDF-1.4\n1 0 obj<</Type/ObjStm/N 9/First 9/Filter/FlateDecode/Length 200000>>stream\n"
        + zlib.compress(bytes(200_000_000), 9) + b"\nendstream endobj\nstartxref\n0\n%%EOF",
    ],
    ids=["nested", "bomb"],
)  # fmt: skip
async def test_hostile_files_end_in_a_word(data):
    assert problem_for(await inspect_pdf(data)) is not None

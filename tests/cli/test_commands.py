"""The commands as somebody types them, from an empty folder to paper."""

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pypdf
import pytest
from click.testing import CliRunner

from jobfair.cli import main
from jobfair.content import content_root

FIGURES = {"2.278": "lamaran", "37": "perusahaan", "97": "jabatan", "356": "pelamar"}
COMMANDS = (
    "demo", "serve", "load", "open", "close", "report", "replay", "check", "migrate", "rekey",
    "staff",
)  # fmt: skip


@pytest.fixture
def jobfair(tmp_path):
    """Return a function that runs a command in an empty folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JOBFAIR_")}
    kept.pop("DATABASE_URL", None)

    def run(*words, code=0):
        done = subprocess.run(
            [sys.executable, "-m", "jobfair", *words],
            cwd=tmp_path, env=kept, capture_output=True, text=True, check=False,
        )  # fmt: skip
        text = done.stdout + done.stderr
        assert done.returncode == code, text
        assert "Traceback" not in text
        return text

    return run


def test_help_lists_every_command(jobfair):
    listed = re.findall(r"^  ([a-z]+) {2,}", jobfair("--help"), re.MULTILINE)

    assert listed == sorted(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_has_an_example(name):
    told = CliRunner().invoke(main, [name, "--help"])

    assert told.exit_code == 0
    assert f"jobfair {name}" in told.output.split("Contoh:", 1)[1]


def test_a_fair_from_files_to_its_edges(jobfair, tmp_path):
    assert "belum ada. Jalankan: jobfair migrate" in jobfair("check", code=3)
    assert "revisi" in jobfair("migrate")
    assert "sudah di revisi" in jobfair("migrate")
    assert (tmp_path / "data" / "jobfair.key").stat().st_mode & 0o777 == 0o600
    loaded = jobfair("load", "asahan-2022", "--organiser", "panitia@contoh.id")
    assert "kata sandi sekali pakai" in loaded
    again = jobfair("load", "asahan-2022", "--organiser", "Panitia@contoh.id")
    assert "sudah ada dan tidak diubah" in again
    assert "jobfair staff reset Panitia@contoh.id" in again
    assert "panitia@contoh.id  Panitia  aktif" in jobfair("staff", "list")
    assert "nonaktif" in jobfair("staff", "disable", "panitia@contoh.id")
    assert "panitia@contoh.id  Panitia  nonaktif" in jobfair("staff", "list")
    assert "Kata sandi sekali pakai" in jobfair("staff", "reset", "panitia@contoh.id")
    assert "panitia@contoh.id  Panitia  aktif" in jobfair("staff", "list")
    assert "Tidak ada akun panitia" in jobfair("staff", "reset", "lain@contoh.id", code=4)
    assert "idak ada perubahan" in jobfair("load", "asahan-2022")
    assert "Dibuka  Kamis, 3 November 2022 pukul 08.00 WIB" in jobfair("open", "asahan-2022")
    checked = jobfair("check")
    assert "Cocok" in checked
    assert "Lengkap: 0 dokumen" in checked
    assert "belum ditutup" in jobfair("report", "asahan-2022", code=1)
    assert "tidak ada" in jobfair("open", "tidak-ada", code=4)
    assert "Ditutup. 0 lamaran" in jobfair("close", "asahan-2022")
    again = jobfair("close", "asahan-2022")
    assert "Ditutup. 0 lamaran" in again
    said = jobfair("report", "asahan-2022", "--out", "out")
    assert "Catatan: alamat http://127.0.0.1:8000 tercetak di kertas" in said
    printed = re.findall(r"(\S+)  ([0-9a-f]{64})", said)
    files = {
        path.name: sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "out").iterdir()
    }
    assert {Path(path).name: mark for path, mark in printed} == files
    assert len(files) == 8


def test_a_bad_folder_changes_nothing_and_is_told_whole(jobfair, tmp_path):
    jobfair("migrate")
    (tmp_path / "rusak").mkdir()
    (tmp_path / "rusak" / "fair.toml").write_text("[fair]\nslug = 'masuk'\n")

    text = jobfair("load", "rusak", code=4)

    assert "masuk" in text
    assert "companies" in text
    assert "tidak ada yang diubah" in text


def test_letters_that_no_paper_can_show_are_told_when_a_fair_is_loaded(jobfair, tmp_path):
    jobfair("migrate")
    shutil.copytree(content_root() / "events" / "asahan-2022", tmp_path / "fair")
    listing = tmp_path / "fair" / "companies.csv"
    told = "tidak ada di huruf cetak"
    assert told not in jobfair("load", "fair")
    text = listing.read_text("utf-8").replace("PT ", "PT 漢 ", 1)
    listing.write_text(text, "utf-8")

    assert f"Catatan: huruf 漢 {told}" in jobfair("load", "fair")


def test_a_key_others_can_read_stops_the_start(jobfair, tmp_path):
    jobfair("migrate")
    (tmp_path / "data" / "jobfair.key").chmod(0o644)

    assert "chmod 600" in jobfair("serve", code=3)


def test_the_replay_ends_in_the_four_true_totals(jobfair, tmp_path):
    text = jobfair("replay", "asahan-2022", "--out", "out")

    for name, total in (
        ("perusahaan", "37"), ("jabatan", "97"), ("pelamar", "356"), ("lamaran", "2.278"),
    ):  # fmt: skip
        assert re.search(rf"{name} +│ {total} +│ {total} +│ {total} +│", text)
    assert "Sebelum dibuka: not_open. Tepat saat tutup: closed." in text
    assert "Kirim ulang: 50 dari 50 bukti yang sama." in text
    assert "dua cetakan sama sampai bita" in text
    out = tmp_path / "out"
    pages = pypdf.PdfReader(out / "rekap-asahan-2022.pdf").pages
    cover = " ".join(pages[0].extract_text().split())
    for total, name in FIGURES.items():
        assert re.search(rf"(?<!\d){re.escape(total)} ?{name}", cover), cover
    main = (out / "angka-utama.csv").read_text("utf-8-sig")
    for total in ("37", "97", "356", "2278"):
        assert re.search(rf"[;\"]{total}[\";\r\n]", main), main

"""What each number of a report means and how it was counted, as it is printed."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from jobfair.reporting.public import PublicPeople
from jobfair.reporting.words import HIDDEN, day, moment, number
from jobfair.tally.rules.record import Record
from jobfair.tally.rules.small_cells import SMALL_CELL


def hidden_note(people: PublicPeople) -> str:
    """Return what a dot in a table of people means; nothing when there is none."""
    if not people.hidden:
        return ""
    note = (
        f"{HIDDEN} Tidak dirinci: 1 sampai {SMALL_CELL - 1} orang, atau angka lain yang akan "
        "membukanya."
    )
    told = [row.applicants for row in (*people.education, *people.age, *people.residence)]
    if not any(told):
        note += " Pelamarnya terlalu sedikit untuk dirinci menurut kelompok."
    return note


def definitions(
    record: Record, people: PublicPeople, zone: ZoneInfo
) -> tuple[tuple[str, str], ...]:
    """Return what each number means and how it was counted."""
    figures = record.figures
    closes = moment(datetime.fromisoformat(record.window.closes_at), zone)
    inferred = sum(step.inferred for step in record.funnel.applications[2:])
    skipped = (
        f" Sebanyak {number(inferred)} tahap tidak dicatat sendiri dan disimpulkan dari tahap "
        "sesudahnya."
        if inferred
        else ""
    )
    hidden = (
        (
            (
                "Angka kecil",
                (
                    "Rincian orang menurut jenis kelamin, usia, pendidikan, dan alamat yang kurang "
                    f"dari {SMALL_CELL} ditulis {HIDDEN}, begitu juga angka yang akan membukanya."
                ),
            ),
        )
        if people.hidden
        else ()
    )
    return (
        (
            "Perusahaan",
            (
                "Perusahaan yang terverifikasi dan menawarkan paling sedikit satu jabatan saat "
                "penutupan. Ditangguhkan: diturunkan oleh Disnaker."
            ),
        ),
        (
            "Jabatan, posisi",
            (
                "Judul lowongan yang ditawarkan saat penutupan; posisi adalah banyaknya orang yang "
                "dibutuhkan. Jabatan yang ditarik, atau perusahaannya ditangguhkan, tidak dihitung "
                "dan tidak ada di daftar terbanyak; lamarannya tetap dihitung. Lamaran per posisi: "
                "hanya jabatan yang ditawarkan."
            ),
        ),
        (
            "Pelamar",
            (
                "Orang berbeda menurut NIK yang mengirim paling sedikit satu lamaran. Satu pelamar "
                "dapat melamar ke beberapa perusahaan."
            ),
        ),
        (
            "Lamaran",
            (
                "Lamaran terkirim: pasangan pelamar dan jabatan yang tercatat di buku lamaran "
                f"sebelum {closes}, juga yang kemudian dibatalkan. Lamaran berlaku: terkirim dan "
                f"tidak dibatalkan pelamar sebelum penutupan, {number(figures.standing)}; "
                f"dibatalkan {number(figures.withdrawn)}. Tabel menghitung lamaran terkirim."
            ),
        ),
        (
            "Tahap",
            (
                "Tercapai bila tahap itu atau tahap sesudahnya tercatat, juga bila pelamar "
                "kemudian dinilai belum sesuai. Tahap yang dicabut perusahaan tidak dihitung; "
                "diterima hanya yang masih diterima saat penutupan. Ditinjau berarti perusahaan "
                f"sudah membaca dan memberi tahap.{skipped}"
            ),
        ),
        (
            "Data pelamar",
            (
                "Menurut profil yang dikirim; bila berbeda-beda, yang terakhir dikirim. Usia pada "
                f"{day(date.fromisoformat(record.window.last_day))}; alamat menurut KTP. "
                "Penyandang disabilitas menurut akun pelamar saat penutupan."
            ),
        ),
        *hidden,
        (
            "Persen",
            (
                "Dihitung dari angka yang tercetak lalu dibulatkan, sehingga jumlahnya bisa tidak "
                "tepat 100%."
            ),
        ),
        ("Kode", f"{record.schemes['kbli']}; {record.schemes['kbji']}."),
    )

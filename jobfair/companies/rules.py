"""What a company is, by the classifications its recap rows use."""

from jobfair.errors import Invalid, Problem

REASON_LONGEST = 500

KBLI_2020 = {
    "A": "Pertanian, kehutanan, dan perikanan",
    "B": "Pertambangan dan penggalian",
    "C": "Industri pengolahan",
    "D": "Listrik dan gas",
    "E": "Air, limbah, dan daur ulang",
    "F": "Konstruksi",
    "G": "Perdagangan dan reparasi kendaraan",
    "H": "Pengangkutan dan pergudangan",
    "I": "Akomodasi dan makan minum",
    "J": "Informasi dan komunikasi",
    "K": "Keuangan dan asuransi",
    "L": "Real estat",
    "M": "Jasa profesional, ilmiah, dan teknis",
    "N": "Penyewaan dan jasa penunjang usaha",
    "O": "Administrasi pemerintahan",
    "P": "Pendidikan",
    "Q": "Kesehatan dan kegiatan sosial",
    "R": "Kesenian, hiburan, dan rekreasi",
    "S": "Jasa lainnya",
    "T": "Rumah tangga pemberi kerja",
    "U": "Badan internasional",
}
"""Sections of KBLI 2020 (Peraturan BPS 2/2020), shortened; letters differ in KBLI 2025."""

KINDS = ("formal", "informal")
"""Informal: an employer without NIB, vouched for by the office (``domain.md`` 2.4)."""


def check_note(text: str) -> None:
    """Let a note on a check be kept, or raise ``Invalid`` when it is too long."""
    if len(text) > REASON_LONGEST:
        raise Invalid({"reason": Problem("Alasan paling panjang %(n)s huruf.", n=REASON_LONGEST)})


def check_suspension_reason(reason: str) -> None:
    """Let a company be suspended for a reason, or raise ``Invalid`` without one."""
    if not reason.strip():
        raise Invalid({"reason": Problem("Tulis alasannya. Alasan ini tercatat di jejak.")})
    if len(reason) > REASON_LONGEST:
        raise Invalid({"reason": Problem("Alasan paling panjang %(n)s huruf.", n=REASON_LONGEST)})

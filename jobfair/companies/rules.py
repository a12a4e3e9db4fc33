"""What a company is, by the classifications its recap rows use."""

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

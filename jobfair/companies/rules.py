"""What a company is, by the classifications its recap rows use."""

from dataclasses import dataclass

from jobfair.errors import Problem
from jobfair.fields import Fields

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


LEGAL_FORMS = (
    "PT", "CV", "UD", "Firma", "Koperasi", "Yayasan", "BUMN", "BUMD", "Perorangan", "Toko",
    "Instansi",
)  # fmt: skip
"""``domain.md`` 2.4, and the shops of informal trade."""


@dataclass(frozen=True)
class CompanyDetails:
    """A company as it is defined; every name is a column of the same name."""

    slug: str
    name: str
    legal_form: str
    kind: str
    kbli: str
    district: str
    address: str
    about: str


def read_company(fields: Fields) -> CompanyDetails:
    """Return a company. Raises ``Invalid`` with every problem at once."""
    company = CompanyDetails(
        slug=fields.slug("slug"),
        name=fields.text("name", longest=120),
        legal_form=fields.choice("legal_form", LEGAL_FORMS),
        kind=fields.choice("kind", KINDS),
        kbli=fields.choice("kbli", KBLI_2020),
        district=fields.place("district"),
        address=fields.text("address", longest=200),
        about=fields.text("about", longest=500),
    )
    fields.settle()
    return company


def read_verification(fields: Fields) -> str:
    """Return why a company is verified, which need not be told. Raises ``Invalid`` when long."""
    reason = fields.text("reason", longest=REASON_LONGEST, missing=None, lines=True)
    fields.settle()
    return reason


def read_suspension(fields: Fields) -> str:
    """Return why a company is suspended. Raises ``Invalid`` without a reason."""
    missing = Problem("Tulis alasannya. Alasan ini tercatat di jejak.")
    reason = fields.text("reason", longest=REASON_LONGEST, missing=missing, lines=True)
    fields.settle()
    return reason

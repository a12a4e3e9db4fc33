"""Settings: one frozen dataclass, read from the environment and an optional TOML file.

Every setting is listed in ``docs/operating.md``; a test keeps the list complete.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

from jobfair.errors import Misconfigured

PREFIX = "JOBFAIR_"
FILE_VARIABLE = "JOBFAIR_SETTINGS"
HIGHEST_PORT = 65535
NUMBERS = ("port", "smtp_port", "smtp_per_minute", "gateway_per_minute")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
BUCKET = ("https://", "http://")
"""How the address of an S3-compatible service begins; documents leave this process sealed."""


@dataclass(frozen=True)
class Settings:
    """What an installation can set; product rules are in the fair's own files instead."""

    data: Path = Path("data")
    """Folder for the SQLite file, the key and printed reports."""
    database_url: str = ""
    """Empty: SQLite in the data folder. ``DATABASE_URL`` works as well."""
    key_file: str = ""
    """Empty: ``jobfair.key`` in the data folder."""
    base_url: str = "http://127.0.0.1:8000"
    """Address people use; printed in QR codes, compared with the Origin of sockets."""
    host: str = "127.0.0.1"
    port: int = 8000
    content: str = ""
    """A folder put in front of the packed ``templates/`` and ``static/``; see ``synonyms.py``."""
    proxy: str = ""
    """Address of the reverse proxy whose X-Forwarded-For is believed; empty: nobody's."""
    metrics_token: str = ""
    """Empty: ``/metrics`` does not exist."""
    second_factor: str = "optional"
    """``organisers``: they set up an authenticator before they can do anything."""
    documents: str = ""
    """A folder, or ``https://host/bucket``. Empty: ``documents`` in the data folder."""
    documents_access: str = ""
    documents_secret: str = field(default="", repr=False)
    documents_region: str = "us-east-1"
    smtp_host: str = ""
    """Empty: no e-mail is sent."""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_password_file: str = ""
    """A file with the password in it, instead of the password."""
    smtp_from: str = ""
    """Address mails come from."""
    smtp_tls: str = "starttls"
    smtp_per_minute: int = 300
    mail_folder: str = ""
    """Mails are written here as files and not sent: for the demo."""
    gateway_url: str = ""
    """Empty: no messages to telephones."""
    gateway_key: str = field(default="", repr=False)
    gateway_per_minute: int = 60

    @property
    def database(self) -> str:
        """Return the database address that is used."""
        return self.database_url or f"sqlite:///{self.data / 'jobfair.sqlite'}"

    @property
    def keys(self) -> Path:
        """Return the key file that is used."""
        return Path(self.key_file) if self.key_file else self.data / "jobfair.key"

    @property
    def documents_place(self) -> str:
        """Return the folder or bucket that is used for documents."""
        return self.documents or str(self.data / "documents")


def _from_file(path: Path, names: list[str]) -> dict[str, object]:
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Misconfigured("Berkas setelan %(path)s tidak ada.", path=path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(
            "Berkas setelan %(path)s bukan TOML yang benar: %(error)s", path=path, error=error
        ) from None
    for name in given:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            raise Misconfigured(
                "Setelan %(name)s di %(path)s tidak dikenal.%(hint)s",
                name=name,
                path=path,
                hint=f" Maksudnya {near[0]}?" if near else "",
            )
    return given


def _whole_number(name: str, value: object) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= HIGHEST_PORT):
        raise Misconfigured(
            "Setelan %(name)s harus angka 1 sampai %(most)s, bukan %(value)s.",
            name=name,
            most=HIGHEST_PORT,
            value=repr(text),
        )
    return int(text)


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings of this process.

    Raises:
        Misconfigured: an unknown or wrong setting, or one given both ways.

    """
    names = [one.name for one in fields(Settings)]
    given: dict[str, object] = {}
    if environment.get(FILE_VARIABLE):
        given = _from_file(Path(environment[FILE_VARIABLE]), names)
    known = {f"{PREFIX}{name.upper()}": name for name in names}
    sources = known | {"DATABASE_URL": "database_url", "PORT": "port"}
    for variable in environment:
        if variable.startswith(PREFIX) and variable not in sources and variable != FILE_VARIABLE:
            near = get_close_matches(variable, sources, n=1)
            raise Misconfigured(
                "Setelan %(name)s tidak dikenal.%(hint)s",
                name=variable,
                hint=f" Maksudnya {near[0]}?" if near else "",
            )
    for variable, name in sources.items():
        value = environment.get(variable, "")
        if value and name in given and str(given[name]) != value:
            raise Misconfigured(
                "Setelan %(name)s diberikan dua kali dengan nilai berbeda. Pilih satu.", name=name
            )
        if value:
            given[name] = value
    given |= {name: _whole_number(name, given[name]) for name in NUMBERS if name in given}
    if given.get("smtp_password_file"):
        given["smtp_password"] = _secret_of(given)
    if "data" in given:
        given["data"] = Path(str(given["data"]))
    settings = Settings(**given)  # type: ignore[arg-type]  # names and types checked above
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    address = urlsplit(settings.base_url)
    if address.scheme not in ("http", "https") or not address.netloc:
        raise Misconfigured(
            "Setelan base_url harus alamat lengkap seperti https://kerja.asahan.go.id, "
            "bukan %(value)s.",
            value=repr(settings.base_url),
        )
    if address.scheme == "http" and address.hostname not in LOOPBACK:
        raise Misconfigured("Setelan base_url harus memakai https di luar komputer ini.")
    scheme = settings.database.split(":", 1)[0].split("+", 1)[0]
    if scheme not in ("sqlite", "postgresql"):
        raise Misconfigured(
            "Setelan database_url harus mulai dengan sqlite:/// atau postgresql://, "
            "bukan %(value)s.",
            value=repr(scheme),
        )
    if settings.second_factor not in ("optional", "organisers"):
        raise Misconfigured(
            "Setelan second_factor harus optional atau organisers, bukan %(value)s.",
            value=repr(settings.second_factor),
        )
    _check_documents(settings)
    _check_mail(settings)
    _check_gateway(settings)


PROXY_MISSING = (
    "Peringatan: alamat umum memakai https, tetapi JOBFAIR_PROXY kosong. Bila ada proxy di depan, "
    "semua orang terhitung dari satu alamat dan saling menghabiskan jatah. Isi JOBFAIR_PROXY "
    "dengan alamat proxy itu."
)


def advice(settings: Settings) -> list[str]:
    """Return what is probably not meant, in words for the person who starts the server."""
    if settings.base_url.startswith("https:") and not settings.proxy:
        return [PROXY_MISSING]
    return []


def _check_documents(settings: Settings) -> None:
    given = (settings.documents_access, settings.documents_secret)
    if not settings.documents.startswith(BUCKET):
        if any(given) or "://" in settings.documents:
            raise Misconfigured(
                "Setelan documents harus folder, atau https://peladen/bucket bila "
                "documents_access dan documents_secret diisi."
            )
        return
    address = urlsplit(settings.documents)
    plain = address.hostname and not (address.query or address.fragment or address.username)
    if not plain or not address.path.strip("/"):
        raise Misconfigured("Setelan documents harus alamat seperti https://s3.contoh.id/bucket.")
    if not all(given):
        raise Misconfigured(
            "Setelan documents_access dan documents_secret harus diisi untuk bucket."
        )


TLS_WAYS = ("starttls", "tls", "none")


def _secret_of(given: Mapping[str, object]) -> str:
    if given.get("smtp_password"):
        raise Misconfigured("Isi smtp_password atau smtp_password_file, jangan keduanya.")
    try:
        return Path(str(given["smtp_password_file"])).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(
            "Berkas %(path)s dari setelan smtp_password_file tidak dapat dibaca.",
            path=given["smtp_password_file"],
        ) from None


def _check_mail(settings: Settings) -> None:
    if not settings.smtp_host:
        if settings.smtp_user or settings.smtp_password:
            raise Misconfigured("Setelan smtp_user dan smtp_password memerlukan smtp_host.")
        return
    if settings.mail_folder:
        raise Misconfigured("Isi smtp_host atau mail_folder, jangan keduanya.")
    name, at, domain = settings.smtp_from.partition("@")
    if not (name and at and "." in domain) or not settings.smtp_from.isprintable():
        raise Misconfigured(
            "Setelan smtp_from harus alamat surel seperti noreply@asahan.go.id, bukan %(value)s.",
            value=repr(settings.smtp_from),
        )
    if settings.smtp_tls not in TLS_WAYS:
        raise Misconfigured(
            "Setelan smtp_tls harus salah satu dari %(ways)s, bukan %(value)s.",
            ways=", ".join(TLS_WAYS),
            value=repr(settings.smtp_tls),
        )
    if settings.smtp_tls == "none" and settings.smtp_host not in LOOPBACK:
        raise Misconfigured("Setelan smtp_tls = none hanya untuk server surel di komputer ini.")
    if bool(settings.smtp_user) is not bool(settings.smtp_password):
        raise Misconfigured("Setelan smtp_user dan smtp_password harus diisi bersama.")


def _check_gateway(settings: Settings) -> None:
    if not settings.gateway_url:
        return
    address = urlsplit(settings.gateway_url)
    if not (address.scheme == "https" or address.hostname in LOOPBACK) or not address.hostname:
        raise Misconfigured("Setelan gateway_url harus alamat https://.")
    if not settings.gateway_key:
        raise Misconfigured("Setelan gateway_key harus diisi untuk gateway_url.")

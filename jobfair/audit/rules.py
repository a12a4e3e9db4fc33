"""The acts that are written down, each with its sentence."""

from enum import StrEnum
from typing import Self


class Act(StrEnum):
    """One kind of audit entry: its stored name, then its sentence in Bahasa Indonesia.

    ``who``, ``what`` and the numbers in a sentence are filled in where it is shown. The sentence
    is the key of its English translation.
    """

    sentence: str

    def __new__(cls, name: str, sentence: str) -> Self:
        """Return the member stored as ``name``."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.sentence = sentence
        return member

    DEFINE = "define", "%(who)s memuat job fair ini"
    REDEFINE = "redefine", "%(who)s mengubah isi job fair, %(changes)s perubahan"
    PUBLISH = "publish", "%(who)s menerbitkan job fair"
    OPENED = "opened", "Job fair dibuka menurut jadwal"
    OPEN_EARLY = "open_early", "%(who)s membuka job fair lebih awal"
    EXTEND = "extend", "%(who)s memperpanjang job fair"
    CLOSE_EARLY = "close_early", "%(who)s menutup job fair lebih awal"
    PAUSE = "pause", "%(who)s menjeda penerimaan lamaran"
    RESUME = "resume", "%(who)s melanjutkan penerimaan lamaran"
    WINDOW_ENDED = "window_ended", "Masa pendaftaran berakhir menurut jadwal"
    LATCH = "latch", "Angka dikunci"
    VERIFY_COMPANY = "verify_company", "%(who)s memverifikasi %(what)s"
    SUSPEND_COMPANY = "suspend_company", "%(who)s menangguhkan verifikasi %(what)s"
    ADD_REVIEWER = "add_reviewer", "%(who)s menambah peninjau untuk %(what)s"
    ADD_ORGANISER = "add_organiser", "%(who)s menambah panitia"
    RESET_PASSWORD = "reset_password", "%(who)s membuat kata sandi baru untuk seorang peninjau"
    DISABLE_ACCOUNT = "disable_account", "%(who)s menonaktifkan seorang peninjau"
    SIGN_IN = "sign_in", "%(who)s masuk"
    BEGIN_REGISTRATION = "begin_registration", "Seorang pelamar mulai mendaftar"
    REGISTER = "register", "Seorang pelamar mendaftar"
    CHANGE_PROFILE = "change_profile", "Seorang pelamar mengubah profilnya"
    UPLOAD_CV = "upload_cv", "Seorang pelamar mengunggah CV"
    REMOVE_CV = "remove_cv", "Seorang pelamar menghapus CV-nya"
    WITHDRAW = "withdraw", "Seorang pelamar membatalkan lamarannya"
    DOWNLOAD = "download", "%(who)s mengunduh daftar pelamar ke %(what)s, %(rows)s baris"
    READ_CV = "read_cv", "%(who)s membuka CV seorang pelamar ke %(what)s"
    LOOK_UP_APPLICANT = (
        "look_up_applicant",
        "%(who)s mencari seorang pelamar untuk membantunya masuk",
    )
    RESET_APPLICANT = "reset_applicant", "%(who)s memberi seorang pelamar kode sekali pakai"
    RESET_ORGANISER = "reset_organiser", "Kata sandi baru dibuat untuk seorang panitia"
    CLAIM_ACCOUNT = "claim_account", "%(who)s menyerahkan sebuah akun kepada pemilik NIK-nya"
    KEEP_APPLICATIONS = "keep_applications", "Pemilik NIK mempertahankan lamaran yang ada"
    RECOVER = "recover", "Kata sandi baru dibuat pemiliknya dengan kode"
    CONFIRM_CONTACT = "confirm_contact", "Sebuah kontak dikonfirmasi pemiliknya"
    REMOVE_CONTACT = "remove_contact", "Sebuah kontak dihapus pemiliknya"
    SIGN_OUT_OTHERS = "sign_out_others", "Semua perangkat lain dikeluarkan pemilik akunnya"
    DELETE_PERSON = "delete_person", "Seorang pelamar menghapus akun dan datanya"
    DELETE_UNUSED = "delete_unused", "Akun pelamar yang lama tidak dipakai dihapus"
    RETENTION = "retention", "Data lama dihapus menurut jadwal"
    CHANGE_PASSWORD = "change_password", "%(who)s mengganti kata sandinya sendiri"
    SET_UP_CODE = "set_up_code", "%(who)s memasang autentikator"
    REMOVE_CODE = "remove_code", "%(who)s melepas autentikator"
    INVITE_ORGANISER = "invite_organiser", "%(who)s mengundang seorang petugas"
    ACCEPT_INVITATION = "accept_invitation", "%(who)s menerima undangan dan membuat kata sandi"
    DISABLE_ORGANISER = "disable_organiser", "%(who)s menonaktifkan seorang petugas"
    SEND_AGAIN = "send_again", "%(who)s mengirim ulang sebuah pesan yang gagal"
    TELL_BY_HAND = "tell_by_hand", "%(who)s mengabari seseorang lewat telepon atau WhatsApp"
    REKEY = "rekey", "Kunci penyandian diganti"

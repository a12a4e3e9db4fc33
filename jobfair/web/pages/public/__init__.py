"""Pages everybody may see, and signing in."""

from typing import Any

from jobfair.web.pages.public import (
    about,
    companies,
    front,
    landing,
    position,
    positions,
    reports,
    saved,
    verification,
    wall,
)
from jobfair.web.pages.shared import inbox, password, signin

HANDLERS: list[Any] = [
    front.show_front,
    front.choose_language,
    landing.show_landing,
    landing.show_numbers,
    landing.stream_landing,
    positions.list_positions,
    position.show_position,
    saved.save_position,
    saved.list_saved,
    companies.list_companies,
    companies.show_company,
    verification.ask_receipt,
    verification.verify,
    reports.show_recap,
    reports.recap_pdf,
    reports.annex_pdf,
    reports.media_pdf,
    reports.recap_csv,
    reports.recap_signature,
    wall.show_wall,
    wall.stream_wall,
    about.show_privacy,
    about.show_accessibility,
    about.show_help,
    about.show_gallery,
    signin.ask_sign_in,
    signin.sign_in,
    signin.sign_out,
    password.ask_password,
    password.change_password,
    *inbox.HANDLERS,
]

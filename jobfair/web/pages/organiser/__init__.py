"""Pages of an office's organisers."""

from typing import Any

from jobfair.web.pages.organiser import (
    acts,
    colleagues,
    companies,
    helping,
    messages,
    overview,
    recap,
    reviewers,
)

HANDLERS: list[Any] = [
    overview.show_fairs,
    overview.show_control_room,
    overview.show_numbers,
    overview.recount,
    overview.stream_control_room,
    acts.ask,
    acts.carry_out,
    companies.show_companies,
    companies.show_company,
    companies.change_standing,
    reviewers.add_reviewer,
    reviewers.reset_reviewer,
    reviewers.disable_reviewer,
    helping.ask_person,
    helping.find_person,
    helping.give_code,
    helping.claim,
    colleagues.show_colleagues,
    colleagues.invite,
    colleagues.invite_again,
    colleagues.disable,
    messages.show_messages,
    messages.act_on_delivery,
    recap.show_applicants,
    recap.show_trail,
    recap.show_recap,
]

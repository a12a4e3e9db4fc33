"""Pages for the applicant."""

from typing import Any

from jobfair.web.pages.applicant import apply, cv, data, drafts, profile, receipts, registration

HANDLERS: list[Any] = [
    apply.lead_back,
    apply.send_application,
    receipts.list_own,
    receipts.keep_rest,
    receipts.show_receipt,
    receipts.ask_withdraw,
    receipts.take_back,
    registration.ask_beginning,
    registration.begin,
    registration.ask_data,
    registration.complete,
    drafts.keep,
    profile.show_profile,
    profile.store_profile,
    data.show_data,
    data.save_data,
    data.ask_delete,
    data.delete_data,
    data.show_deleted,
    cv.show_cv,
    cv.upload_cv,
    cv.save_cv,
    cv.ask_remove,
    cv.remove,
]

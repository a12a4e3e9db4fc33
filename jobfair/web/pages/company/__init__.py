"""Pages of a company's reviewers."""

from typing import Any

from jobfair.web.pages.company import cv, decisions, pages, sheet

HANDLERS: list[Any] = [
    pages.show_positions,
    pages.show_desk,
    pages.stream_desk,
    decisions.undo,
    decisions.decide,
    decisions.decide_many,
    decisions.store_note,
    sheet.download_applicants,
    cv.save_sent_cv,
]

"""Letters: what a message says, in the language of the person it is for.

The first line of the text template is the title. What a letter needs beyond its facts is looked up
when it is written, so the outbox holds no names.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment

from jobfair.applicants.queries import name_of_applicant
from jobfair.applications.queries.about import about_receipt
from jobfair.clock import WIB
from jobfair.db import Session
from jobfair.db.sealed import Keys
from jobfair.fairs.queries import fair_by_id
from jobfair.outbox.queries import QueuedMessage
from jobfair.people.rules import Recipient


@dataclass(frozen=True)
class Written:
    """A letter as it is sent or shown."""

    title: str
    body: str
    """Plain text without salutation and footer: the page of the inbox shows it."""
    text: str
    html: str
    sender: str
    """Whose name it carries."""
    unsubscribe: str = ""
    """Address that ends letters of this kind by one click; empty: there is none."""


class Letters:
    """Writes letters from ``templates/mail``."""

    def __init__(self, pages: Environment, base_url: str, keys: Keys) -> None:
        """``pages`` is the environment of pages; plain text is not escaped here."""
        self._keys = keys
        self._environment = pages.overlay(
            autoescape=lambda name: name is None or name.endswith(".html")
        )
        self._base_url = base_url

    async def context(self, session: Session, message: QueuedMessage) -> dict[str, Any]:
        """Return what the templates of a message may use.

        Raises:
            NotFound: what it tells of is gone.

        """
        facts: dict[str, Any] = {
            name: datetime.fromisoformat(value) if name.endswith("_at") else value
            for name, value in message.facts.items()
        }
        application = fair = None
        if "receipt" in facts:
            application = await about_receipt(session, facts["receipt"])
        fair_id = application.fair_id if application else message.fair_id
        if fair_id is not None:
            fair = await fair_by_id(session, fair_id)
        return {
            "facts": facts,
            "at": message.created_at,
            "name": await name_of_applicant(session, self._keys, message.account_id),
            "application": application,
            "fair": fair,
            "zone": fair.zone if fair else WIB,
            "base_url": self._base_url,
        }

    def write(
        self, message: QueuedMessage, recipient: Recipient, context: dict[str, Any]
    ) -> Written:
        """Return the letter; the same message gives the same letter at every try."""
        language = recipient.language
        folder = f"mail/{message.letter}/{language}"
        fair = context["fair"]
        known = {
            **context,
            "lang": language,
            "name": recipient.name or context["name"],
            "unsubscribe": "",
        }
        render = self._environment.get_template
        title, _, body = render(f"{folder}.txt").render(known).strip().partition("\n")
        known |= {"title": title, "body": body.strip()}
        return Written(
            title=title,
            body=body.strip(),
            text=render(f"mail/frame/{language}.txt").render(known).strip() + "\n",
            html=render(f"{folder}.html").render(known),
            sender=fair.office.short_name if fair else "",
        )

"""Letters: what a message says, in the language of the person it is for.

The first line of the text template is the title. What a letter needs beyond its facts is looked up
when it is written, so the outbox holds no names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment

from jobfair.applicants.queries import people_of_accounts
from jobfair.applications.queries.about import about_positions, about_receipts
from jobfair.clock import WIB
from jobfair.db import Session
from jobfair.errors import NotFound
from jobfair.fairs.queries import fair_by_id
from jobfair.keys import Keys
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

    async def contexts(
        self, session: Session, messages: Sequence[QueuedMessage]
    ) -> list[dict[str, Any] | None]:
        """Return what the templates of each message may use, or None when its subject is gone.

        The number of statements depends on the fairs the messages tell of, not on the messages.
        """
        facts: list[dict[str, Any]] = [
            {
                name: datetime.fromisoformat(value) if name.endswith("_at") else value
                for name, value in message.facts.items()
            }
            for message in messages
        ]
        applications = await about_receipts(session, {one.get("receipt") for one in facts})
        positions = await about_positions(session, {one.get("position") for one in facts})
        people = await people_of_accounts(
            session, self._keys, {message.account_id for message in messages}
        )
        fairs: dict[int | None, Any] = {None: None}
        found: list[dict[str, Any] | None] = []
        for message, known in zip(messages, facts, strict=True):
            application = applications.get(known.get("receipt"))
            position = positions.get(known.get("position"))
            if ("receipt" in known) > bool(application) or ("position" in known) > bool(position):
                found.append(None)
                continue
            about = application or position
            fair_id = about.fair_id if about else message.fair_id
            if fair_id is not None and fair_id not in fairs:
                fairs[fair_id] = await fair_by_id(session, fair_id)
            fair = fairs[fair_id]
            found.append(
                {
                    "facts": known,
                    "at": message.created_at,
                    "name": people[message.account_id].name if message.account_id in people else "",
                    "application": application,
                    "position": position,
                    "fair": fair,
                    "zone": fair.zone if fair else WIB,
                    "base_url": self._base_url,
                }
            )
        return found

    async def context(self, session: Session, message: QueuedMessage) -> dict[str, Any]:
        """Return what the templates of a message may use.

        Raises:
            NotFound: what it tells of is gone.

        """
        (found,) = await self.contexts(session, [message])
        if found is None:
            raise NotFound("Hal yang diberitakan sudah tidak ada.")
        return found

    def say(
        self, message: QueuedMessage, recipient: Recipient, context: dict[str, Any]
    ) -> tuple[str, str]:
        """Return title and body of a letter, as the inbox shows them."""
        name = f"mail/{message.letter}/{recipient.language}.txt"
        known = context | {"lang": recipient.language, "name": recipient.name or context["name"]}
        text = self._environment.get_template(name).render(known).strip()
        title, _, body = text.partition("\n")
        return title, body.strip()

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
        title, body = self.say(message, recipient, context)
        known |= {"title": title, "body": body}
        return Written(
            title=title,
            body=body,
            text=render(f"mail/frame/{language}.txt").render(known).strip() + "\n",
            html=render(f"{folder}.html").render(known),
            sender=fair.office.short_name if fair else "Job Fair",
        )

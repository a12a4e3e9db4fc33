"""One position, and the card beside it: apply, or why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from litestar.response import Template

from jobfair.applicants.queries import ApplicantFacts, applicant_of_account, person_key
from jobfair.applications.queries.ledger import entries_for, people_for
from jobfair.applications.queries.receipts import receipt_of
from jobfair.applications.queries.sealed import read_sent
from jobfair.applications.rules import (
    Eligibility,
    FairPolicy,
    Stage,
    check_may_apply,
    requirements_met,
)
from jobfair.db import Database, Session
from jobfair.drafts import actions as drafts
from jobfair.drafts.rules import apply_form
from jobfair.errors import JobFairError, Refused
from jobfair.fairs.rules import check_accepts
from jobfair.fairs.rules.state import FairState
from jobfair.keys import Keys
from jobfair.people.rules import Role
from jobfair.positions.queries import PostedPosition
from jobfair.positions.rules.offers import Offer
from jobfair.regions import is_local
from jobfair.web.http.dependencies import AnyRequest, Services, SignedIn
from jobfair.web.http.forms import Form
from jobfair.web.http.templating import show
from jobfair.web.pages.shared.draft import (
    CAME_FROM,
    DRAFT_COOKIE,
    DRAFT_FIELD,
    guest_owner,
    read_draft,
)
from jobfair.web.pages.shared.fairs import cached_fair
from jobfair.web.pages.shared.posting import posting_of
from jobfair.web.pages.shared.saved import saved_by

SIMILAR_SHOWN = 4


@dataclass(frozen=True)
class Card:
    """What the card beside a position offers.

    ``kind``: ``form`` (send), ``revive`` (send a withdrawn one again), ``applied``, ``guest``,
    ``unfinished`` (registered by half), ``staff``, ``withdrawn`` (the position), or ``refused``
    with the reason in ``why``.
    """

    kind: str
    why: JobFairError | None = None
    receipt: str = ""
    sent_at: datetime | None = None
    applicant: ApplicantFacts | None = None
    answers: tuple[str, ...] = ()
    so_far: int = 0
    unmet: Sequence[str] = ()
    """Kinds of requirements this person does not meet: told before sending, never in the way."""

    @property
    def code(self) -> str:
        """Return the code of the refusal, if it is one."""
        return self.why.code if isinstance(self.why, Refused) else ""


@dataclass(frozen=True)
class PositionPage:
    """A position as one visitor sees it."""

    found: FairState
    position: PostedPosition
    applicants: int
    card: Card
    others: Sequence[Offer]
    saved: frozenset[int]


async def _card_of(
    session: Session,
    keys: Keys,
    *,
    found: FairState,
    position: PostedPosition,
    account: SignedIn,
    now: datetime,
) -> Card:
    fair = found
    applicant = await applicant_of_account(session, keys, account.account_id)
    entries = await entries_for(session, [(applicant.id, position.id)])
    entry = entries.get((applicant.id, position.id))
    if entry is not None and entry.stage is not Stage.WITHDRAWN:
        return Card("applied", receipt=entry.receipt, sent_at=entry.received_at)
    if position.withdrawn_at is not None:
        return Card("withdrawn")
    person = (await people_for(session, fair.id, [applicant.id]))[applicant.id]
    so_far = person.applications or 0
    try:
        check_accepts(now, found.timetable)
        if applicant.completed_at is None:
            return Card("unfinished")
        if entry is not None:
            sent = await receipt_of(session, applicant_id=applicant.id, number=entry.receipt)
            return Card(
                "revive",
                receipt=entry.receipt,
                sent_at=sent.stage_at,
                applicant=applicant,
                answers=tuple(read_sent(keys, sent).answers),
            )
        check_may_apply(
            asking=Eligibility(
                birth_date=applicant.birth_date,
                is_local=person.lives_in(fair.office.regency, at=fair.timetable.published_at),
                says_local=is_local(applicant.district, fair.office.regency),
                applications_so_far=so_far,
            ),
            conditions=FairPolicy(
                minimum_age=fair.minimum_age,
                residence_policy=fair.residence_policy,
                applications_per_applicant=fair.applications_per_applicant,
            ),
            day=now.astimezone(fair.zone).date(),
        )
    except Refused as why:
        return Card("refused", why=why, applicant=applicant)
    requirements = requirements_met(
        education=position.education,
        experience_years=position.experience_years,
        questions=0,
        profile={"education": person.education, "experience_years": person.experience_years},
        answers=(),
    )
    unmet = [one.kind for one in requirements if not one.met]
    return Card("form", applicant=applicant, so_far=so_far, unmet=unmet)


async def load_position_page(
    request: AnyRequest, *, fair_slug: str, slug: str, now: datetime
) -> PositionPage:
    """Return a position as whoever is signed in sees it; ``NotFound`` when there is none."""
    services: Services = request.app.state.services
    database: Database = services.database
    shown = await cached_fair(request, fair_slug, position=slug)
    found = shown.found
    position = await shown.position(database, slug)
    account: SignedIn | None = request.scope.get("user")
    if account is not None and account.role is Role.APPLICANT:
        async with database.snapshot() as session:
            card = await _card_of(
                session,
                services.keys,
                found=found,
                position=position,
                account=account,
                now=now,
            )
    elif account is not None:
        card = Card("staff")
    elif position.withdrawn_at is not None:
        card = Card("withdrawn")
    else:
        card = _guest_card(found, now)
    return PositionPage(
        found=found,
        position=position,
        applicants=shown.version.sent,
        card=card,
        others=shown.similar(position.id, most=SIMILAR_SHOWN),
        saved=await saved_by(request),
    )


async def typed_before(request: AnyRequest, page: PositionPage, now: datetime) -> dict[str, str]:
    """Return the answers this very person typed earlier and did not send, by field.

    A signed-in person's are kept on the server; those of a sign-in that ended in between, in the
    own browser, and the address opens them.
    """
    services: Services = request.app.state.services
    value = request.cookies.get(DRAFT_COOKIE, "")
    if value and (key := request.query_params.get(DRAFT_FIELD)):
        answers = read_draft(
            value, services.keys, position_id=page.position.id, owner=guest_owner(key), now=now
        )
        if answers:
            return {f"answer_{at}": answer for at, answer in enumerate(answers, 1)}
    account: SignedIn | None = request.scope.get("user")
    if account is None or page.card.kind not in ("form", "refused"):
        return {}
    async with services.database.snapshot() as session:
        return await drafts.read_draft(
            session,
            await person_key(session, services.keys, account.account_id),
            account_id=account.account_id,
            form=apply_form(page.position.id),
        )


def _guest_card(found: FairState, now: datetime) -> Card:
    try:
        check_accepts(now, found.timetable)
    except Refused as why:
        return Card("refused", why=why)
    return Card("guest")


def _here(request: AnyRequest, path: str) -> str:
    """Return the address of the page, which also opens a guest's draft where this one does."""
    key = request.query_params.get(DRAFT_FIELD)
    return f"{path}?{DRAFT_FIELD}={quote(key, safe='')}" if key else path


def show_position_page(
    request: AnyRequest,
    sight: PositionPage,
    *,
    form: Form,
    status_code: int = 200,
    notice: JobFairError | None = None,
) -> Template:
    """Answer with the position page: with problems or a notice."""
    position = sight.position
    return show(
        request,
        "public/position.html",
        fair=sight.found,
        phase=sight.found.phase(request.app.state.services.clock.now()),
        position=position,
        applicants=sight.applicants,
        card=sight.card,
        others=sight.others,
        saved=sight.saved,
        form=form,
        notice=notice,
        here=_here(request, f"/{sight.found.slug}/lowongan/{position.slug}"),
        came_from=request.query_params.get(CAME_FROM, ""),
        posting=posting_of(sight.found, position, request.app.state.services.base_url),
        status_code=status_code,
    )

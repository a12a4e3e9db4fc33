"""What is typed into a form is kept on the server while it is typed."""

import re

from litestar import post
from litestar.exceptions import ClientException

from jobfair.applicants.queries import person_key
from jobfair.drafts.actions import keep_draft
from jobfair.web.http.dependencies import AccountDep, AnyRequest, NowDep, ServicesDep
from jobfair.web.http.forms import read_form
from jobfair.web.http.guards import applicants_only

FORM = re.compile(r"daftar|lamar:[0-9]{1,18}")
NAME = "_draf"
"""Field with the name of the form."""


@post("/profil/draf", guards=[applicants_only], status_code=204)
async def keep(
    request: AnyRequest, services: ServicesDep, account: AccountDep, now: NowDep
) -> None:
    """Keep a form as it is now; scripts ask for this a second after the last key."""
    form = await read_form(request)
    name = form.given.get(NAME, "")
    if not FORM.fullmatch(name):
        raise ClientException("no such form")
    async with services.database.transaction() as session:
        await keep_draft(
            session,
            await person_key(session, services.keys, account.account_id),
            account_id=account.account_id,
            form=name,
            given=form.given,
            now=now,
        )

from datetime import timedelta

import pytest

from jobfair.applicants.models import Applicant
from jobfair.fairs.models import Fair
from tests.builders import NOW, on_both, stage
from tests.forms import form_on
from tests.web.pages import change, send, text_of
from tests.web.test_applicant_accounts import GOOD


@pytest.mark.parametrize("path", ["/lamaran", "/profil"])
def test_own_pages_lead_guests_to_the_sign_in(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/masuk?ke={path}")


def test_a_corrected_profile_leaves_sent_applications_as_they_were(client, act, sign_in):
    staged = act(stage)
    sign_in(client, staged.niks[0])
    page = f"/asahan-uji/lowongan/{staged.positions[0].slug}"
    receipt = send(client, page).headers["location"]
    fields = form_on(client.get(f"/profil?ke={page}").text, action="/profil")
    chosen = {"district": "12.09.20", "education": "d3", "experience": "Baru.", "disability": ""}

    answer = client.post("/profil", data=fields | chosen | {"name": "Nama Baru"})

    assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert 'value="Nama Baru"' in client.get("/profil").text
    assert staged.applicants[0].name in client.get(receipt).text
    assert "Nama Baru" not in text_of(client.get(receipt).text).split("Masuk sebagai")[0]


def test_a_wrong_profile_is_not_stored_and_keeps_what_was_typed(client, act, sign_in):
    staged = act(stage)
    sign_in(client, staged.niks[0])
    fields = form_on(client.get("/profil").text, action="/profil")

    answer = client.post("/profil", data=fields | {"name": "123", "phone": "99", "education": "d3"})

    assert answer.status_code == 422
    assert "Tulis nama seperti di KTP." in answer.text
    assert 'value="99"' in answer.text
    assert f'value="{staged.applicants[0].name}"' in client.get("/profil").text


def test_a_place_that_is_no_longer_offered_keeps_being_chosen(client, act, sign_in):
    staged = act(stage)
    act(change, Applicant, staged.applicants[0].id, district="33.03.01")
    sign_in(client, staged.niks[0])

    assert '<option value="33.03.01" selected>Kec. Kemangkon</option>' in client.get("/profil").text


async def close_gate(session, staged, *, published_at):
    """Let only residents apply; the first applicant lives elsewhere."""
    fair = await session.get_one(Fair, staged.fair.id)
    fair.residence_policy, fair.residence_basis = "local_only", "Alamat di KTP menentukan."
    fair.published_at = published_at
    (await session.get_one(Applicant, staged.applicants[0].id)).district = "12.75"


@on_both
@pytest.mark.parametrize(("published", "status"), [(-1, 409), (1, 303)])
def test_an_edited_address_opens_no_gate_of_a_fair_already_published(
    *, client, act, clock, sign_in, published, status
):
    staged = act(stage)
    act(close_gate, staged, published_at=NOW + timedelta(minutes=published))
    sign_in(client, staged.niks[0])
    fields = form_on(client.get("/profil").text, action="/profil")
    moved = {"district": "12.09.19", "education": "smk", "experience": "", "disability": ""}
    assert client.post("/profil", data=fields | moved).status_code == 303
    clock.move_to(NOW + timedelta(minutes=2))
    page = f"/asahan-uji/lowongan/{staged.positions[0].slug}"
    text = text_of(client.get(page).text)
    token = form_on(client.get("/profil").text, action="/profil")["_token"]

    answer = client.post(f"{page}/lamar", data={"_token": token, "consent": "ya"})

    assert answer.status_code == status
    assert ("perubahan sesudah itu belum dihitung" in text) == (status == 409)


def test_who_may_apply_is_told_before_registering(client, act):
    staged = act(stage)
    fields = form_on(client.get("/daftar").text, action="/daftar")
    client.post("/daftar", data=fields | GOOD)
    open_to_all = client.get("/daftar/data").text
    act(close_gate, staged, published_at=NOW - timedelta(days=1))

    for page in (f"/asahan-uji/lowongan/{staged.positions[0].slug}", "/daftar/data"):
        assert "Alamat di KTP menentukan." in client.get(page).text
    assert "warga setempat" not in open_to_all

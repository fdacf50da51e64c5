"""The examples of the API reference run as printed: taken from the served page, each in a shell of its own."""

import asyncio
import json
import os
import sys
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from billhook.api.reference_page.call import variable_of
from tests import outfit
from tests.contract.belongings import CLIENTS, LOGO, belongings, collected
from tests.integration.access_cast import confirm, invite
from tests.integration.accounts_cast import ANOTHER, an_email, confirmation_token, reset_token
from tests.stripe_stand_in import StripeStandIn
from tests.world import PASSWORD, Actor, World

LANGUAGES = ("curl", "python", "javascript")
ON_DRAFTS = {"documentsReplace", "documentsReplaceByPost", "documentsRemove", "documentsIssue"}
ON_ESTIMATES = {"documentLifeAccept", "documentLifeReject", "documentLifeConvert"}
ON_SHARED_ESTIMATES = {"documentLifePublicAccept", "documentLifePublicReject"}
ON_WHAT_WAS_COLLECTED = {
    "paymentIntentsCharge",
    "paymentIntentsRefund",
    "paymentMethodsCreate",
    "paymentMethodsRemove",
}

NOT_FOR_READERS = {"paymentProcessingTakeNotice", "stripeConnectTakeNotice", "stripeConnectTakeOperatorNotice"}
"""Operations that payment providers call, with a signature that readers do not have."""


class Page(HTMLParser):
    """What the page prints: examples by place, operation and language, and what each step says to keep."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.examples: dict[tuple[str, str, str], str] = {}
        self.keeps: dict[str, dict[str, str]] = {}
        self._inside: tuple[str, str, str] | None = None
        self._kept: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        if tag == "pre" and "data-example" in about:
            self._inside = about["data-where"], about["data-operation"], about["data-example"]
            self.examples[self._inside] = ""
            if self._kept:
                self.keeps[about["data-operation"]] = self._kept
                self._kept = {}
        if "data-variable" in about:
            self._kept[about["data-variable"]] = about["data-field"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.examples[self._inside] += data

    def of(self, where: str, language: str) -> dict[str, str]:
        """The examples of a place in a language, by operation, in the order of the page."""
        return {o: code for (place, o, spoken), code in self.examples.items() if (place, spoken) == (where, language)}


@pytest.fixture(scope="session")
async def page(base_url: str) -> Page:
    async with httpx.AsyncClient(timeout=60) as http:
        answer = await http.get(f"{base_url}/docs")
    assert answer.status_code == 200
    return Page(answer.text)


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    if request.param == "curl":
        outfit.program("curl")
    return str(request.param)


def _write(folder: Path, code: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "logo.png").write_bytes(LOGO)
    (folder / "clients.csv").write_bytes(CLIENTS)
    (folder / "time-sheet.pdf").write_bytes(b"%PDF-1.7")
    (folder / "example.py").write_text(code)
    (folder / "example.mjs").write_text(code)


async def run(language: str, code: str, folder: Path, variables: dict[str, str]) -> str:
    """Run one example as the page says and return what it prints; it has to end well."""
    _write(folder, code)
    commands = {
        "curl": ["/bin/sh", "-c", code],
        "python": [sys.executable, "example.py"],
        "javascript": [outfit.NODE, "example.mjs"],
    }
    process = await asyncio.create_subprocess_exec(
        *commands[language],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complaints = await process.communicate()
    assert process.returncode == 0, f"{code}\n\n{printed.decode()}\n{complaints.decode()}"
    return printed.decode()


async def test_the_quick_start_ends_with_a_pdf(page: Page, language: str, tmp_path: Path) -> None:
    steps = page.of("step", language)
    assert list(steps) == ["accountsSignUp", "accountsLogin", "organizationsCreate", "documentsCreate", "documentsPdf"]
    variables = {"EMAIL": an_email("reader"), "PASSWORD": PASSWORD}
    answers = {}
    for operation, code in steps.items():
        printed = await run(language, code, tmp_path, variables)
        if operation in page.keeps:
            answers[operation] = json.loads(printed)
            kept = page.keeps[operation]
            variables |= {variable: answers[operation][field] for variable, field in kept.items()}
    assert answers["documentsCreate"]["paidInFull"] is True
    assert answers["documentsCreate"]["totalWithTax"] == 12100
    assert (tmp_path / "invoice.pdf").read_bytes().startswith(b"%PDF-")


async def variables_for(world: World, alice: Actor, operation: str) -> dict[str, str]:
    """Everything that the examples of the page read from the environment."""
    own = await belongings(world, alice, draft=operation in ON_DRAFTS)
    child = await world.actor("child", by=alice)
    variables = {variable_of(name): value for name, value in own.items()}
    variables |= {
        "EMAIL": an_email() if operation == "accountsSignUp" else alice.account["email"],
        "PASSWORD": PASSWORD,
        "NEW_PASSWORD": ANOTHER,
        "ACCESS_TOKEN": alice.token,
        "CHILD_ID": child.id,
        "COLLEAGUE": an_email("colleague"),
        "CONFIRM_TOKEN": await confirmation_token(world, alice),
    }
    if operation in ("accessAccept", "accessReject"):
        boss = await world.actor("boss")
        await confirm(world, alice)
        invited = await invite(boss, await world.organization(boss), email=alice.account["email"])
        variables["ACCESS_ID"] = invited["id"]
    if operation in ON_ESTIMATES | ON_SHARED_ESTIMATES:
        estimate = await world.invoice(alice, {"id": own["organization_id"]}, type="estimate")
        shared = await alice.post(f"/Documents/{estimate['id']}/share")
        variables |= {"DOCUMENT_ID": estimate["id"], variable_of("link"): shared.json()["shareableId"]}
    if operation == "documentLifeUncancel":
        assert (await alice.post(f"/Documents/{own['document_id']}/cancel?technical=true")).status_code == 200
    if operation in ON_WHAT_WAS_COLLECTED:
        online = await collected(alice, own["organization_id"])
        variables |= {variable_of(name): value for name, value in online.items()}
    if operation == "paymentMethodsRemove":
        kept = {"paymentIntentId": variables["INITIAL_INTENT_ID"]}
        made = await alice.post(f"/Clients/{own['client_id']}/payment-methods", kept)
        variables["METHOD_ID"] = made.json()["id"]
    if operation in ("paymentProcessingEnable", "stripeConnectEnable"):
        variables["ACCESS_TOKEN"] = (await world.actor("platform")).token
    if operation == "accountsResetPassword":
        variables["ACCESS_TOKEN"] = await reset_token(world, alice)
    return variables


async def onboarded_at_stripe(alice: Actor, stripe: StripeStandIn, organization_id: str) -> None:
    """Have an organization's form at Stripe filled in, and let Billhook see it."""
    place = f"/Organizations/{organization_id}/stripe-connect/account"
    stripe.onboard((await alice.get(place)).json()["stripeAccountId"])
    assert (await alice.get(place)).json()["chargesEnabled"]


async def test_the_example_of_every_operation_runs(
    world: World, page: Page, language: str, tmp_path: Path, stripe: StripeStandIn
) -> None:
    examples = page.of("operation", language)
    assert len(examples) > 60
    described = (await world.http.get(f"{world.base_url}/openapi.json")).json()["paths"].values()
    reading = {path["get"]["operationId"] for path in described if "get" in path}
    alice, at_once = await world.actor(), asyncio.Semaphore(4)
    shared = await variables_for(world, alice, "")
    await onboarded_at_stripe(alice, stripe, shared["ORGANIZATION_ID"])

    async def check(operation: str, code: str) -> None:
        async with at_once:
            variables = shared if operation in reading else await variables_for(world, await world.actor(), operation)
            await run(language, code, tmp_path / operation, variables)

    async with asyncio.TaskGroup() as group:
        for operation, code in examples.items():
            if operation in NOT_FOR_READERS:
                continue
            group.create_task(check(operation, code))


async def test_the_page_needs_nothing_from_elsewhere(base_url: str) -> None:
    async with httpx.AsyncClient(base_url=base_url, timeout=60) as http:
        answer = await http.get("/docs")
        links = [part.split('"')[0] for part in answer.text.replace(' src="', ' href="').split(' href="')[1:]]
        inside = {link for link in links if not link.startswith("#")}
        assert all(link.startswith("/") and not link.startswith("//") for link in inside)
        for link in inside:
            assert (await http.get(link)).status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert "<script>" not in answer.text


async def test_every_link_of_the_page_leads_somewhere(base_url: str) -> None:
    async with httpx.AsyncClient(timeout=60) as http:
        text = (await http.get(f"{base_url}/docs")).text
    targets = [part.split('"')[0] for part in text.split(' id="')[1:]]
    assert len(targets) == len(set(targets))
    wanted = {part.split('"')[0] for part in text.split(' href="#')[1:]}
    assert wanted - set(targets) == set()

"""The commands of the guides run as printed, by a reader who has taken the steps of the README and issued an invoice."""

import shlex
import sys
from pathlib import Path

import pytest
from tests.contract.test_docs import DOCS, blocks, quick_start, run
from tests.integration.access_cast import confirm
from tests.integration.accounts_cast import an_email
from tests.stripe_stand_in import StripeStandIn
from tests.world import World

GUIDES = DOCS / "guides"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
SAYS = {
    "attachments-and-categories": ['"filename":"time-sheet.txt"', '"alias":"training"', "Asked for a copy by post."],
    "billing-api": [
        '"amountPaid":1,',
        '"status":"issued"',
        '"reason":"orderChange"',
        '"creditNote":{"id"',
        '"exchangeRate":1.08',
        '"currencyCode":"USD","customer"',
        '"name":"surcharges"',
    ],
    "catch-up": ['"type":"payment.created"', '"event":"payment/create"', '"amount":10'],
    "client-credit": ['"balance":12050,"due":12100,"credit":50', '"amount":30', '{"count":1}'],
    "clients-items-taxes": ['"rule":"be.vat"', '"SKU":"SUIT-1"', '"rate":7'],
    "credit-and-cancel": ['"creditNoteId"', '"reference":"PO 7"', '"steps"', '"referringDocuments":[{'],
    "export-and-verify": ["books.zip", "✓", "numbers hold", ".pdf"],
    "foreign-currency": ['"totalConverted":9500', '"source":"As agreed"'],
    "get-paid-online": [
        '"chargesEnabled":true',
        '"status":"requires_action"',
        '"status":"succeeded"',
        '"status":"captured"',
        '"amount":25',
    ],
    "import-and-export": ['"dryRun":true', '"type":"client","state"'],
    "incoming-documents": ['"totalWithTax":119.02', '"numberInternal":"E-1"'],
    "issue-an-invoice": ["Space suit", '"reference":"PO 7"', "accounts@example.com"],
    "marketplace": ['"userId"'],
    "members-and-roles": ['"role":"readonly"', '"role":"admin"', '{"count":1}'],
    "recurring-invoices": ['"dateNext":"2031-01-31'],
    "reminders": ['"value":[-3,0,7,14]', '{"success":true,"count":1}'],
    "repeat-requests-safely": ['"totalWithTax":100'],
    "request-log": ["["],
    "statistics": ['"totalDue":[{"currency":"EUR"', '"series"'],
    "stripe": ['"privateKey":"sk_test_…', '"chargesEnabled":true', '"clientSecret"', '"amountDecimal"'],
    "units": ['"number":"ANT-2026-00001"', '{"number":"ANT-2026-00002"}'],
    "verify-a-webhook": ['"secret":"whsec_', '"previousSecretUntil"', '{"count":'],
}
"""What every guide to the API makes the server say; `billhook` itself is run by the tests of the command."""


def commands(guide: str) -> str:
    """What a guide has to paste into a shell; whatever is refused ends it. Rates are not fetched from their bank."""
    told = "\n".join(blocks(GUIDES / f"{guide}.md", "sh")).replace("curl ", "curl --fail-with-body ")
    return "\n".join(line for line in told.splitlines() if not line.startswith("billhook rates import"))


def test_every_guide_to_the_api_is_run() -> None:
    assert {path.stem for path in GUIDES.glob("*.md") if "$API" in path.read_text("utf-8")} <= set(SAYS)


@pytest.mark.parametrize("guide", SAYS)
async def test_a_guide_works(
    world: World, database_url: str, stripe: StripeStandIn, tmp_path: Path, guide: str
) -> None:
    reader, colleague = await world.actor("you"), await world.actor("colleague")
    await confirm(world, reader)
    await confirm(world, colleague)
    (tmp_path / "logo.svg").write_text(LOGO)
    given = {
        "COLLEAGUE": colleague.id,
        "THEIRS": colleague.token,
        "BILLHOOK_DATABASE_URL": database_url,
        "STRIPE_SECRET_KEY": f"sk_test_{reader.id}",
        "STRIPE_PUBLISHABLE_KEY": f"pk_test_{reader.id}",
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
    }
    stripe.world(f"sk_test_{reader.id}").eager = True
    script = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in given.items()) + quick_start()
    for told in dict.fromkeys(("issue-an-invoice", guide)):
        script += f"\nprintf '\\0'\n{commands(told)}"
    emails = {
        "you@": reader.account["email"],
        "colleague@": colleague.account["email"],
        "merchant@": an_email("merchant"),
    }
    for name, email in emails.items():
        script = script.replace(f"{name}example.com", email)
    said = (await run(script, world.base_url, tmp_path)).rpartition("\0")[2]
    assert [words for words in SAYS[guide] if words not in said] == [], said
    assert (tmp_path / "invoice.pdf").read_bytes().startswith(b"%PDF")

"""What somebody owns, by the name of the path parameter that it fills: whoever adds a parameter adds how to make one."""

import secrets
from typing import Any

from tests.world import Actor, World

from billhook.kernel import ids

Parameters = dict[str, str]
CLIENTS = b"name,email\nAda,ada@example.com\n"
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'

NOTE = b"Signed for by the crew."


def upload_for(about: dict[str, Any]) -> dict[str, Any]:
    """A file that an operation which takes one will take."""
    wanted = about["requestBody"]["content"]["multipart/form-data"]["encoding"]["file"]["contentType"]
    if "text/csv" in wanted:
        return {"file": ("clients.csv", CLIENTS)}
    return {"file": ("logo.svg", LOGO) if "image/svg+xml" in wanted else ("note.txt", NOTE)}


async def belongings(world: World, actor: Actor, **invoice: Any) -> Parameters:
    """Make one of each thing that a path can name, all in one fresh organization of the actor's."""
    organization = await world.organization(actor)
    document = await world.invoice(actor, organization, **invoice)
    await world.invoice(actor, organization, payments=[{"type": "bank", "amount": 12_200}])  # its client has credit
    setting = await actor.post(f"/Organizations/{organization['id']}/defaults", {"name": "motto", "value": "ad astra"})
    logo = {"file": ("logo.svg", LOGO, "image/svg+xml")}
    assert (await actor.post(f"/Organizations/{organization['id']}/images?type=logo", files=logo)).status_code == 200
    token = await actor.post(f"/Accounts/{actor.id}/accessTokens", {"ttl": 600})
    paid = {"type": "cash", "amount": 3, "date": "2026-04-30"}
    payment = await actor.post(f"/Organizations/{organization['id']}/payments", paid)
    note = await actor.post(f"/Documents/{document['id']}/attachments/upload", files={"file": ("note.txt", NOTE)})
    unit = await actor.post(f"/Organizations/{organization['id']}/units", {"name": "Antwerp"})
    assert (await actor.post(f"/Units/{unit.json()['id']}/images?type=logo", files=logo)).status_code == 200
    colleague = {"email": f"colleague-{secrets.token_hex(5)}@example.com"}
    invited = await actor.post(f"/Organizations/{organization['id']}/invite", colleague)
    old = {"date": "2026-01-01", "dateDue": "2026-01-31"}
    await world.invoice(actor, organization, **old)  # overdue, for there to be something to remind of
    agreed = {"name": "Hosting", "type": "month", "dateFirst": "2031-01-31", "numRecurrences": 12}
    recurrence = await actor.post(f"/Documents/{document['id']}/recurrence", agreed)
    category = await actor.post(
        f"/Organizations/{organization['id']}/categories", {"name": "Training", "alias": "training"}
    )
    sorted_in = await actor.post(f"/Documents/{document['id']}/documentCategories", {"categoryAlias": "training"})
    comment = await actor.post(f"/Documents/{document['id']}/comments", {"text": "Call them on Monday."})
    table = {"file": ("clients.csv", CLIENTS, "text/csv")}
    imported = await actor.post(f"/Organizations/{organization['id']}/import?type=client", files=table)
    item = await actor.post(f"/Organizations/{organization['id']}/items", {"name": "Space suit", "SKU": "S-1"})
    rates = [{"rate": 5}, {"rate": 6, "dateValidFrom": "2026-01-01"}]
    tax = (await actor.post(f"/Organizations/{organization['id']}/taxes", {"name": "T", "_taxRates": rates})).json()
    hook = {"url": "https://example.com/hooks", "events": ["*"], "enabled": False}
    webhook = (await actor.post(f"/Organizations/{organization['id']}/webhooks", hook)).json()["id"]
    feed = f"/Organizations/{organization['id']}/events"
    [event] = (await actor.get(feed, params={"limit": 1, "wait": 20})).json()["events"]
    assert (await actor.post(f"/Webhooks/{webhook}/redeliver", {"after": "0" * 24})).json()["count"] > 0
    made = {
        "webhook_id": webhook,
        "event_id": event["id"],
        "import_id": imported.json()["id"],
        **await collecting(actor, organization["id"]),
        "account_id": actor.id,
        "organization_id": organization["id"],
        "document_id": document["id"],
        "client_id": document["clientId"],
        "item_id": item.json()["id"],
        "tax_id": tax["id"],
        "rate_id": tax["_taxRates"][0]["id"],
        "payment_id": payment.json()["id"],
        "recurrence_id": recurrence.json()["id"],
        "method_id": ids.new(ids.shard_of(organization["id"])),
        "setting_id": setting.json()["id"],
        "category_id": category.json()["id"],
        "share_id": sorted_in.json()["id"],
        "comment_id": comment.json()["id"],
        "attachment_id": note.json()["id"],
        "unit_id": unit.json()["id"],
        "access_id": invited.json()["id"],
        "fk": token.json()["tokenId"],
        "api_client_id": await api_client(actor),
    }
    if not document["draft"]:
        made["link"] = (await actor.post(f"/Documents/{document['id']}/share")).json()["shareableId"]
    return made


async def api_client(actor: Actor) -> str:
    """Return a client of the actor's, which has one from then on."""
    path = f"/Accounts/{actor.id}/apiClients"
    there = (await actor.get(path)).json() or [(await actor.post(path)).json()]
    found: str = there[0]["id"]
    return found


async def collecting(actor: Actor, organization_id: str) -> Parameters:
    """Let an account take payments online, one organization be a merchant, and one payment be collected."""
    processing = await actor.post("/payment-processing", {"applicationFee": 1})
    if processing.status_code != 200:  # it was set up before, or another account of the tree has to
        processing = await actor.get("/payment-processing")
    path = f"/Organizations/{organization_id}"
    await actor.post(f"{path}/merchant")
    await actor.post(f"{path}/merchant/sandbox/approve")
    intent = await actor.post(f"{path}/payment-intents", {"amount": 3})
    name = secrets.token_hex(8)
    connect = await actor.post("/stripe-connect", {"privateKey": f"sk_test_{name}", "publicKey": f"pk_test_{name}"})
    if connect.status_code != 200:
        connect = await actor.get("/stripe-connect")
    await actor.post(f"{path}/stripe-connect/account")
    found = {"processing_id": processing, "intent_id": intent, "connect_id": connect}
    return {name: answer.json().get("id", "") for name, answer in found.items()}


async def collected(actor: Actor, organization_id: str) -> Parameters:
    """Have a payment collected online whose payer agreed to be charged again."""
    wanted = {"amount": 100, "allowRecurring": True}
    intent = (await actor.post(f"/Organizations/{organization_id}/payment-intents", wanted)).json()
    paid = await actor.post(f"/payment-intents/{intent['id']}/sandbox/pay", {"card": "4242424242424242"})
    return {"initial_intent_id": intent["id"], "payment_id": paid.json()["paymentId"]}


def strange(parameters: Parameters) -> Parameters:
    """Return parameters of the same form that name nothing."""
    return {
        name: ids.new(ids.shard_of(value)) if ids.is_id(value) else secrets.token_urlsafe(len(value))[: len(value)]
        for name, value in parameters.items()
    }


def fill(path: str, parameters: Parameters) -> str:
    """Return a path of the OpenAPI document with its parameters filled in; KeyError names what nobody makes yet."""
    missing = [part[1:-1] for part in path.split("/") if part.startswith("{") and part[1:-1] not in parameters]
    assert not missing, f"{path}: teach tests/contract/belongings.py to make a {', '.join(missing)}"
    for name, value in parameters.items():
        path = path.replace(f"{{{name}}}", value)
    return path

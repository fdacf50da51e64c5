"""What the settings of an organization change, and what taking them away gives back."""

from typing import Any

import pytest

from tests.world import Actor, World


async def setting(actor: Actor, organization: dict[str, Any], name: str) -> dict[str, Any]:
    settings = (await actor.get(f"/Organizations/{organization['id']}/defaults")).json()
    found: dict[str, Any] = next(setting for setting in settings if setting["name"] == name)
    return found


async def remove(actor: Actor, made: dict[str, Any]) -> None:
    gone = await actor.delete(f"/Defaults/{made['id']}")
    assert (gone.status_code, gone.json()) == (200, {"count": 1})


@pytest.mark.parametrize(("country", "currency"), [("Belgium", "EUR"), ("United Kingdom", "GBP")])
async def test_without_its_currency_setting_an_organization_bills_in_its_countrys_currency(
    world: World, country: str, currency: str
) -> None:
    alice = await world.actor()
    organization = await world.organization(alice, country=country)
    made = await setting(alice, organization, "currencyId")
    changed = await alice.patch(f"/Defaults/{made['id']}", {"value": "USD"})
    assert changed.status_code == 200, changed.text
    assert (await world.invoice(alice, organization))["currencyId"] == "USD"
    await remove(alice, made)
    assert (await world.invoice(alice, organization))["currencyId"] == currency


async def test_without_its_rounding_setting_an_organization_rounds_as_the_installation_does(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    line = {"name": "Nail", "quantity": 1, "price": 0.03, "_documentItemTaxes": [{"rate": 21}]}

    async def tax() -> Any:
        invoice = await world.invoice(alice, organization, _documentItems=[line] * 3)
        return invoice["totalWithTax"]

    by_document = await tax()
    made = await alice.post(f"/Organizations/{organization['id']}/defaults", {"name": "rounding", "value": "line"})
    assert made.status_code == 200, made.text
    by_line = await tax()
    assert by_document != by_line
    await remove(alice, made.json())
    assert await tax() == by_document

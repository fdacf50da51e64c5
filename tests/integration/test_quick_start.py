"""The quick start of the seeds, call by call: what it sends, and every key and value it gets back."""

from tests.world import World


async def test_creates_the_space_agency(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    for key in ("id", "activatedAt", "createdAt", "updatedAt"):
        assert isinstance(organization.pop(key), str)
    assert organization == {
        "name": "International Space Agency",
        "address": "Rocket street 1",
        "city": "Brussels",
        "zip": "10000",
        "country": "Belgium",
        "countryAlpha2Code": "BE",
        "locale": "nl-BE",
        "timezone": "Europe/Brussels",
        "currencyId": "EUR",
        "active": True,
        "custom": {},
        "_data": [],
    }


async def test_issues_the_rocket_man_invoice_paid_and_sent(world: World) -> None:
    alice = await world.actor()
    organization = await world.organization(alice)
    invoice = await world.invoice(alice, organization, payments=[{"type": "card"}], send=True)
    print(invoice)
    year = world.clock.now().year
    assert invoice["number"] == f"{year}-00001"
    assert invoice["total"] == 10000

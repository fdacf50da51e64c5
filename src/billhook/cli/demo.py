"""The demo: the quick start, played through the public API."""

import secrets

import msgspec

from billhook.cli.calls import Caller

EMAIL = "demo@billhook.example"

AGENCY = {
    "name": "International Space Agency",
    "address": "Rocket street 1",
    "city": "Brussels",
    "zip": "10000",
    "country": "Belgium",
}
INVOICE = {
    "type": "invoice",
    "_documentClient": {"name": "Rocket man", "country": "United Kingdom", "email": "rocket.man@example.com"},
    "_documentItems": [{"name": "Space suit", "quantity": 1, "price": 10000, "_documentItemTaxes": [{"rate": 21}]}],
    "payments": [{"type": "card"}],
}


class Played(msgspec.Struct, frozen=True):
    """What there is after the quick start."""

    email: str
    password: str
    token: str
    number: str
    page: str
    pdf: str


def play(base_url: str, *, send: bool) -> Played:
    """Sign up, found the agency, issue its invoice paid by card, and mail it with `send`. Raises CallRefused."""
    caller = Caller(base_url)
    free = caller.call("GET", f"/v1/Accounts/is-unique?email={EMAIL}")["isUnique"]
    email = EMAIL if free else EMAIL.replace("@", f"-{secrets.token_hex(3)}@")
    password = secrets.token_urlsafe(12)
    account = caller.call("POST", "/v1/Accounts", {"email": email, "password": password})
    caller.token = caller.call("POST", "/v1/Accounts/login", {"email": email, "password": password})["id"]
    agency = caller.call("POST", f"/v1/Accounts/{account['id']}/Organizations", AGENCY)
    invoice = caller.call("POST", f"/v1/Organizations/{agency['id']}/Documents", INVOICE | {"send": send})
    link = caller.call("POST", f"/v1/Documents/{invoice['id']}/share", {})
    return Played(
        email=email,
        password=password,
        token=caller.token,
        number=invoice["number"],
        page=link["url"],
        pdf=f"{base_url}/v1/Documents/public/{link['shareableId']}/pdf",
    )


def summary(played: Played, base_url: str) -> str:
    """Return what to look at, for people."""
    lines = {
        "Dashboard": f"{base_url}/dashboard",
        "Sign in": f"{played.email}  password: {played.password}",
        "Access token": played.token,
        f"Invoice {played.number}": played.page,
        "Its PDF": played.pdf,
        "Its mail": f"{base_url}/dev/mail",
        "API reference": f"{base_url}/docs",
    }
    width = max(map(len, lines))
    return "\n".join(f"  {name:<{width}}  {value}" for name, value in lines.items())

"""The settings: each declared once, with its type, default, reading, secrecy and meaning."""

import functools
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, get_args, get_type_hints

import msgspec

from billhook.settings import readings
from billhook.settings.readings import Reading

PREFIX = "BILLHOOK_"
MASK = "********"
_DAY = 24 * 60 * 60


class Meaning(msgspec.Struct, frozen=True):
    """What a declaration says beside name, type and default: one sentence, the reading, whether it is a secret."""

    text: str
    reading: Reading
    secret: bool = False


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an installation may choose; names are the variables' without the prefix, in lower case."""

    database_url: Annotated[
        str,
        Meaning(
            "URL of the PostgreSQL database; empty starts the embedded one in the data directory.",
            readings.database(),
            secret=True,
        ),
    ] = ""
    data_dir: Annotated[
        Path, Meaning("Directory for the embedded database, files and generated keys.", readings.directory())
    ] = Path("var")
    host: Annotated[str, Meaning("Address to listen on.", readings.host_name())] = "127.0.0.1"
    port: Annotated[int, Meaning("TCP port to listen on.", readings.whole(1, 65535))] = 8000
    workers: Annotated[int, Meaning("Number of web processes.", readings.whole(1, 64))] = 1
    base_url: Annotated[
        str,
        Meaning(
            "Public address that links in mails and pages start with; empty means http://host:port.",
            readings.web_origin(),
        ),
    ] = ""
    smtp_url: Annotated[
        str,
        Meaning(
            "Mail server to send through; empty keeps every mail in the database instead of sending it.",
            readings.smtp(),
            secret=True,
        ),
    ] = ""
    mail_from: Annotated[str, Meaning("Sender of the mails Billhook sends.", readings.mail_address())] = (
        "Billhook <billhook@localhost>"
    )
    signup: Annotated[
        Literal["open", "closed"],
        Meaning("Whether anybody may sign up.", readings.choice("open", "closed")),
    ] = "open"
    token_ttl_seconds: Annotated[
        int,
        Meaning(
            "Life of an access token, in seconds; -1 lets it never expire.",
            readings.whole(60, 36_500 * _DAY, or_never=True),
        ),
    ] = 60 * _DAY
    login_attempts: Annotated[
        int, Meaning("Failed logins allowed for one account within the login window.", readings.whole(1, 10_000))
    ] = 10
    login_window_seconds: Annotated[
        int, Meaning("Time over which failed logins are counted, in seconds.", readings.whole(1, _DAY))
    ] = 900
    request_body_bytes: Annotated[
        int, Meaning("Largest request body accepted, in bytes.", readings.whole(1024, 1024**3))
    ] = 10 * 1024**2
    billing_requests_per_second: Annotated[
        int,
        Meaning("Requests a second that each API client may make to each web process.", readings.whole(1, 100_000)),
    ] = 10
    request_log_days: Annotated[
        int,
        Meaning(
            "Days that requests made with access tokens stay on record, without bodies; 0 keeps no record.",
            readings.whole(0, 3650),
        ),
    ] = 14
    database_connections: Annotated[
        int, Meaning("Database connections kept by each process.", readings.whole(1, 1000))
    ] = 16
    rounding: Annotated[
        Literal["document", "line"],
        Meaning(
            "Where tax is rounded for organizations that do not choose: once per rate of a document, or line by line.",
            readings.choice("document", "line"),
        ),
    ] = "document"
    secret_key: Annotated[
        str,
        Meaning(
            "Key that seals stored secrets; empty makes one on the first start and keeps it.",
            readings.secret_of(32),
            secret=True,
        ),
    ] = ""
    operator_fee: Annotated[
        Decimal,
        Meaning(
            "Percentage of each payment taken online that the operator of the installation keeps.",
            readings.percentage(20),
        ),
    ] = Decimal(0)
    sandbox_delay_seconds: Annotated[
        int,
        Meaning("How long the slow direct debits of the sandbox gateway take, in seconds.", readings.whole(0, _DAY)),
    ] = 180
    stripe_secret_key: Annotated[
        str,
        Meaning(
            "Secret key (sk_…, rk_…) of the operator's Stripe account; empty leaves Stripe to accounts with own keys.",
            readings.prefixed("sk_", "rk_"),
            secret=True,
        ),
    ] = ""
    stripe_publishable_key: Annotated[
        str,
        Meaning("Publishable key (pk_…) of the operator's own Stripe account.", readings.prefixed("pk_")),
    ] = ""
    stripe_webhook_secret: Annotated[
        str,
        Meaning(
            "Secret (whsec_…) of the webhook endpoint for the operator's own Stripe account.",
            readings.prefixed("whsec_"),
            secret=True,
        ),
    ] = ""
    stripe_connect_webhook_secret: Annotated[
        str,
        Meaning(
            "Secret (whsec_…) of the webhook endpoint for accounts connected to it.",
            readings.prefixed("whsec_"),
            secret=True,
        ),
    ] = ""
    stripe_api_base: Annotated[
        str,
        Meaning("Where Stripe's API is called; empty means Stripe itself. For stand-ins.", readings.web_origin()),
    ] = ""
    stripe_accounts: Annotated[
        Literal["v2", "v1"],
        Meaning("Which of Stripe's account APIs makes connected accounts.", readings.choice("v2", "v1")),
    ] = "v2"
    stripe_charge_type: Annotated[
        Literal["destination", "direct"],
        Meaning(
            "Whose charges Stripe makes unless an account says otherwise: the platform's or the seller's (direct).",
            readings.choice("destination", "direct"),
        ),
    ] = "destination"
    allow_private_addresses: Annotated[
        bool,
        Meaning(
            "Whether addresses that others name may lead into private networks; only for a closed installation.",
            readings.yes_or_no(),
        ),
    ] = False
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meaning("Least severe messages that are logged.", readings.choice("debug", "info", "warning", "error")),
    ] = "info"
    demo: Annotated[bool, Meaning("Whether the quick start is played on an empty database.", readings.yes_or_no())] = (
        True
    )

    sources: Mapping[str, str] = {}
    """Where each setting that is not a default came from, by name."""

    def __repr__(self) -> str:
        """Never show a secret: settings end up in logs."""
        shown = (f"{d.name}={d.show(getattr(self, d.name))}" for d in declarations().values())
        return f"Settings({', '.join(shown)})"

    def public_url(self) -> str:
        """Return `base_url`, or the address listened on when there is none; never with a trailing slash."""
        if self.base_url:
            return self.base_url
        host = "localhost" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - a link needs a name
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


class Declaration(msgspec.Struct, frozen=True):
    """One setting as declared above."""

    name: str
    default: object
    meaning: Meaning

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"{PREFIX}{self.name.upper()}"

    @property
    def file_variable(self) -> str:
        """The environment variable naming a file that holds it; for secrets only."""
        return f"{self.variable}_FILE"

    def show(self, value: object) -> str:
        """Return the value as it would be written in the environment; a secret that is set is masked."""
        if self.meaning.secret:
            return MASK if value else ""
        return str(value).lower() if isinstance(value, bool) else str(value)


@functools.cache
def declarations() -> Mapping[str, Declaration]:
    """Return every setting by name, in the order of declaration."""
    hints = get_type_hints(Settings, include_extras=True)
    found = {}
    for field in msgspec.structs.fields(Settings):
        meanings = [part for part in get_args(hints[field.name]) if isinstance(part, Meaning)]
        if meanings:
            found[field.name] = Declaration(field.name, field.default, meanings[0])
    return found

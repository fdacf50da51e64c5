"""Stripe's library at work: a client for each key, one pool of connections, failures in our words."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from billhook.gateways.protocol import Refused, Unavailable, UnknownOutcome
from billhook.gateways.stripe.keys import Keys

API_VERSION: Final = "2026-10-28.endive"
"""What answers and notices look like is decided here, not by the account's own version."""
RETRIES: Final = 2
TIMEOUT_SECONDS: Final = 30
MOST_CLIENTS: Final = 256

Found = dict[str, Any]
"""An object of Stripe, as plain values."""


class Declined(Exception):  # noqa: N818 - an answer, not an error of ours
    """The card was refused; `payment` is the id of the PaymentIntent that says why."""

    def __init__(self, payment: str) -> None:
        super().__init__(payment)
        self.payment = payment


class Clients:
    """Stripe clients of one event loop, by key. The library is read when the first one is needed."""

    def __init__(self, api_base: str) -> None:
        self._api_base = api_base
        self._loop: asyncio.AbstractEventLoop | None = None
        self._http: Any = None
        self._by_key: dict[str, Any] = {}

    def of(self, keys: Keys) -> Any:
        """Return the client of a key, of the loop that runs."""
        import stripe

        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            stripe.enable_telemetry = False
            self._loop, self._by_key = loop, {}
            self._http = stripe.HTTPXClient(timeout=TIMEOUT_SECONDS)
        client = self._by_key.pop(keys.secret, None) or self._made(keys)
        self._by_key[keys.secret] = client  # the one that was used last stays longest
        if len(self._by_key) > MOST_CLIENTS:
            del self._by_key[next(iter(self._by_key))]
        return client

    def _made(self, keys: Keys) -> Any:
        import stripe

        return stripe.StripeClient(
            keys.secret,
            stripe_version=API_VERSION,
            max_network_retries=RETRIES,
            http_client=self._http,
            base_addresses={"api": self._api_base} if self._api_base else None,
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None and self._loop is asyncio.get_running_loop():
            await self._http.close_async()
        self._loop, self._http, self._by_key = None, None, {}


async def call(verb: Callable[..., Awaitable[Any]], *said: Any) -> Found:
    """Return what Stripe answers. Raises Declined, Refused, Unavailable and, when nobody knows, UnknownOutcome."""
    import stripe

    try:
        answer = await verb(*said)
    except stripe.CardError as error:
        raise _declined(error) from error
    except stripe.APIConnectionError as error:
        raise (Unavailable if _never_reached(error) else UnknownOutcome) from error
    except stripe.RateLimitError as error:
        raise Unavailable from error
    except stripe.AuthenticationError as error:
        raise Refused(why="Stripe does not accept the secret key") from error
    except (stripe.InvalidRequestError, stripe.IdempotencyError, stripe.PermissionError) as error:
        if error.http_status == 409:
            raise UnknownOutcome from error
        raise Refused(why=why(error)) from error
    except stripe.StripeError as error:
        raise UnknownOutcome from error
    found: Found = answer.to_dict()
    return found


def why(error: Any) -> str:
    """Return what Stripe says is wrong, without what follows for people at a terminal."""
    text = error.user_message or "the request was not accepted"
    return f"Stripe says: {text.strip().rstrip('.')[:300]}."


def code_of(refused: Refused) -> str:
    """Return Stripe's code of a refusal; empty where it has none."""
    error = getattr(refused.__cause__, "error", None)
    return getattr(error, "code", None) or ""


def _declined(error: Any) -> Exception:
    payment = getattr(error.error, "payment_intent", None)
    return Declined(payment.id) if payment is not None else Refused(why=why(error))


def _never_reached(error: BaseException) -> bool:
    """Tell whether a call did not even get to Stripe, on none of its tries."""
    import httpx

    return isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


def options(account: str = "", key: str = "") -> dict[str, str]:
    """Return what goes with a call beside its parameters: on whose account it is, and its idempotency key."""
    return {name: value for name, value in (("stripe_account", account), ("idempotency_key", key)) if value}

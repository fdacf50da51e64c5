"""The keys of a Stripe account: told apart by how they begin, never shown whole."""

from collections.abc import Mapping
from typing import Final, Self

import msgspec

from billhook.gateways.protocol import Refused
from billhook.settings import Settings

SECRET: Final = ("sk_", "rk_")
PUBLISHABLE: Final = "pk_"
WEBHOOK: Final = "whsec_"


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """What a platform's Stripe account is opened with, and whose charges it makes: `destination` or `direct`."""

    secret: str
    publishable: str
    webhook_secrets: tuple[str, ...]
    charge_type: str

    def __repr__(self) -> str:
        return f"Keys({masked(self.secret)})"

    @property
    def live(self) -> bool:
        """Whether it moves real money."""
        return is_live(self.secret)

    @property
    def direct(self) -> bool:
        """Whether charges are made on the seller's account, not on the platform's."""
        return self.charge_type == "direct"

    @classmethod
    def of(cls, credentials: Mapping[str, str], settings: Settings) -> Self:
        """Return an account's own keys, or the operator's where it has none. Raises Refused."""
        if "secret_key" in credentials:
            secret, publishable = credentials["secret_key"], credentials["publishable_key"]
            hooks = (credentials.get("webhook_secret", ""), credentials.get("connect_webhook_secret", ""))
        else:
            secret, publishable = settings.stripe_secret_key, settings.stripe_publishable_key
            hooks = (settings.stripe_webhook_secret, settings.stripe_connect_webhook_secret)
        if not secret:
            raise Refused(why="the operator of this installation has set no keys of Stripe")
        return cls(
            secret=secret,
            publishable=publishable,
            webhook_secrets=tuple(hook for hook in hooks if hook),
            charge_type=credentials.get("charge_type") or settings.stripe_charge_type,
        )


def is_live(key: str) -> bool:
    """Tell whether a key is for real money."""
    return key.split("_", 2)[1:2] == ["live"]


def put_right(private: str, public: str) -> tuple[str, str]:
    """Return secret and publishable key, in this order, whichever way round they were given."""
    private, public = private.strip(), public.strip()
    swapped = private.startswith(PUBLISHABLE) and public.startswith(SECRET)
    return (public, private) if swapped else (private, public)


def faults_of_keys(private: str, public: str) -> list[tuple[str, str]]:
    """Return what is wrong with a pair that was put right: `privateKey` or `publicKey`, and what it must be."""
    found = []
    if not private.startswith(SECRET) or not _fits(private):
        found.append(("privateKey", "must be the secret key of a Stripe account: sk_… or rk_…"))
    if not public.startswith(PUBLISHABLE) or not _fits(public):
        found.append(("publicKey", "must be the publishable key of a Stripe account: pk_…"))
    if not found and is_live(private) != is_live(public):
        found.append(("publicKey", "must be of the same mode as the secret key: both live, or both test"))
    return found


def _fits(key: str) -> bool:
    return key.isascii() and key.isprintable() and " " not in key and len(key) <= 255


def masked(key: str) -> str:
    """Return a key as it may be shown: how it begins, and its last four characters."""
    prefix = "_".join(key.split("_", 2)[:2]) if key.count("_") > 1 else key.partition("_")[0]
    return f"{prefix}_…{key[-4:]}" if len(key) > 12 else f"{prefix}_…"

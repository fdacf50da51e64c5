"""Who is asking: the token of a request and the account behind it."""

from typing import Protocol

import msgspec

from billhook.kernel.ids import Id
from billhook.kernel.problems import Kind, Problem


class Unauthenticated(Problem):
    """Authorization required: send a valid access token as `Authorization: TOKEN`."""

    kind = Kind.UNAUTHENTICATED
    code = "INVALID_TOKEN"


class Principal(msgspec.Struct, frozen=True):
    """The account a request acts as; `root_id` is the root of its tree (its own id for a root account)."""

    account_id: Id
    root_id: Id
    token_id: Id
    purpose: str = "access"
    scopes: tuple[str, ...] | None = None
    """What it was granted; None is everything its account may do."""

    @property
    def is_root(self) -> bool:
        """Whether the account is the root of its tree."""
        return self.account_id == self.root_id


class Authenticator(Protocol):
    """Turns a token into a principal; wired by the application, since accounts live above this room."""

    async def __call__(self, token: str) -> Principal | None:
        """Return the principal of a live token, or None."""
        ...


def token_of(authorization: str | None, query_token: str | None) -> str:
    """Return the token of a request: raw or `Bearer` in the header, else `?access_token=`. Raises Unauthenticated."""
    text = (authorization or "").strip()
    scheme, _, rest = text.partition(" ")
    token = (rest.strip() if scheme.lower() == "bearer" else text) or (query_token or "")
    if not 16 <= len(token) <= 200 or not token.isascii():
        raise Unauthenticated
    return token

"""The nouns of OAuth2: a client that asks, a code, what was permitted; in the shapes that Authlib judges by."""

import hmac
from datetime import datetime
from typing import Any, Final

import msgspec
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin

from billhook.credentials.model import digest
from billhook.kernel import ids
from billhook.kernel.ids import Id

SCOPES: Final = ("invoices", "invoices.readonly", "transactions", "transactions.readonly")
"""What there is to be granted: an area, or reading it alone."""


class KnownClient(msgspec.Struct, frozen=True):
    """A program that asks to be let in."""

    id: Id
    label: str
    redirect_uris: list[str]
    secret_hash: bytes


class Code(msgspec.Struct, frozen=True):
    """A consent that is to be exchanged for tokens."""

    hash: bytes
    client_id: Id
    account_id: Id
    redirect_uri: str
    scopes: list[str]
    challenge: str | None


class Permission(msgspec.Struct, frozen=True):
    """What a program may do in somebody's name."""

    id: Id
    client_id: Id
    account_id: Id
    scopes: list[str]


class Allowed(msgspec.Struct, frozen=True):
    """What an account has let a program do, as it is shown to the account."""

    id: Id
    label: str
    scopes: list[str]
    created_at: datetime


class Permitted(msgspec.Struct, frozen=True):
    """Whom an access token stands for, and for what."""

    client_id: Id
    account_id: Id
    root_id: Id
    access_scopes: list[str]


class AskingClient(ClientMixin):  # type: ignore[misc] # Authlib has no types
    """A client in the eyes of Authlib."""

    def __init__(self, known: KnownClient) -> None:
        self.known = known

    def get_client_id(self) -> str:
        """Return what the client calls itself."""
        return str(ids.to_uuid(self.known.id))

    def get_default_redirect_uri(self) -> str | None:
        """Return the one place a browser is led back to, where there is but one."""
        return self.known.redirect_uris[0] if len(self.known.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str) -> str:
        """Return what of a wish may be granted: a wish is refused as a whole, by the server."""
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Tell whether a browser may be led there: to a place that was named beforehand, letter for letter."""
        return redirect_uri in self.known.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        """Tell whether this is the secret."""
        return hmac.compare_digest(self.known.secret_hash, digest(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Tell whether a client may prove itself so: by its secret, in the body or by HTTP Basic."""
        del endpoint
        return method in ("client_secret_basic", "client_secret_post")

    def check_response_type(self, response_type: str) -> bool:
        """Tell whether a client may ask so: for a code."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Tell whether a client may exchange that."""
        return grant_type in ("authorization_code", "refresh_token")


class AskedCode(AuthorizationCodeMixin):  # type: ignore[misc] # Authlib has no types
    """A code in the eyes of Authlib."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.code_challenge = code.challenge
        self.code_challenge_method = "S256" if code.challenge else None

    def get_redirect_uri(self) -> str:
        """Return where the browser was led."""
        return self.code.redirect_uri

    def get_scope(self) -> str:
        """Return what was granted."""
        return " ".join(self.code.scopes)


class AskedToken(TokenMixin):  # type: ignore[misc] # Authlib has no types
    """A refresh token in the eyes of Authlib."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def check_client(self, client: Any) -> bool:
        """Tell whether it is this client's."""
        return bool(client.known.id == self.permission.client_id)

    def get_scope(self) -> str:
        """Return what was granted."""
        return " ".join(self.permission.scopes)

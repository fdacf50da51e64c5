"""The judge of OAuth2: Authlib says what a request comes to; what it grants is written afterwards.

It has no database: who asks it has looked up the client and the code or token that the request names.
"""

from collections import defaultdict
from typing import Any, Final

import msgspec
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error, OAuth2Payload, OAuth2Request, grants
from authlib.oauth2.rfc7636 import CodeChallenge

from billhook.credentials.grants import SCOPES, AskedCode, AskedToken, AskingClient

ACCESS_SECONDS: Final = 3600
_CHARACTERS: Final = 64
_HERE: Final = "https://billhook.invalid/oauth2"
"""Authlib wants an address that is encrypted; ours may be so only in front of us."""


class Verdict(msgspec.Struct, frozen=True):
    """What a request comes to: an answer, and the tokens that are to be kept when it grants some."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]
    token: dict[str, Any] | None = None


class _Payload(OAuth2Payload):  # type: ignore[misc] # Authlib has no types
    def __init__(self, said: dict[str, str]) -> None:
        self._said = said

    @property
    def data(self) -> dict[str, str]:
        return self._said

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return defaultdict(list, {name: [value] for name, value in self._said.items()})


class _Asked(OAuth2Request):  # type: ignore[misc] # Authlib has no types
    def __init__(self, method: str, said: dict[str, str], authorization: str | None) -> None:
        super().__init__(method, _HERE, headers={"Authorization": authorization} if authorization else {})
        self._said = said
        self.payload = _Payload(said)

    @property
    def args(self) -> dict[str, str]:
        return self._said

    @property
    def form(self) -> dict[str, str]:
        return self._said


class _CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc] # Authlib has no types
    def save_authorization_code(self, code: str, request: Any) -> None:  # noqa: ARG002 - Authlib's signature
        self.server.code = code

    def query_authorization_code(self, code: str, client: Any) -> AskedCode | None:  # noqa: ARG002 - Authlib's signature
        found: AskedCode | None = self.server.known_code
        return found

    def delete_authorization_code(self, authorization_code: AskedCode) -> None:
        """Do nothing: it was marked as used when it was read."""

    def authenticate_user(self, authorization_code: AskedCode) -> Any:
        return authorization_code.code.account_id


class _RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc] # Authlib has no types
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

    def authenticate_refresh_token(self, refresh_token: str) -> AskedToken | None:  # noqa: ARG002 - Authlib's signature
        found: AskedToken | None = self.server.known_token
        return found

    def authenticate_user(self, refresh_token: AskedToken) -> Any:
        return refresh_token.permission.account_id

    def revoke_old_credential(self, refresh_token: AskedToken) -> None:
        """Do nothing: the new access token takes the place of the old one."""


class _S256(CodeChallenge):  # type: ignore[misc] # Authlib has no types
    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)


class Judge(AuthorizationServer):  # type: ignore[misc] # Authlib has no types
    """Judges one request."""

    def __init__(
        self, client: AskingClient | None, code: AskedCode | None = None, token: AskedToken | None = None
    ) -> None:
        super().__init__(scopes_supported=list(SCOPES))
        self.client, self.known_code, self.known_token = client, code, token
        self.code: str | None = None
        self.granted: dict[str, Any] | None = None
        self.register_token_generator("default", _token)
        self.register_grant(_CodeGrant, [_S256(required=False)])
        self.register_grant(_RefreshGrant)

    def query_client(self, client_id: str) -> AskingClient | None:
        """Return the client that was looked up."""
        return self.client if self.client and self.client.get_client_id() == client_id else None

    def save_token(self, token: dict[str, Any], request: Any) -> None:  # noqa: ARG002 - Authlib's signature
        """Keep what is granted for who asks."""
        self.granted = token

    def send_signal(self, *_: Any, **__: Any) -> None:
        """Tell nobody."""

    def create_oauth2_request(self, request: _Asked) -> _Asked:
        """Return a request, which is one already."""
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Verdict:
        """Return what it comes to."""
        said = body if isinstance(body, dict) else {}
        return Verdict(status, said, {str(name).lower(): str(value) for name, value in headers}, self.granted)

    def exchange(self, said: dict[str, str], authorization: str | None) -> Verdict:
        """Judge a request for tokens."""
        verdict: Verdict = self.create_token_response(_Asked("POST", said, authorization))
        return verdict

    def consider(self, said: dict[str, str]) -> Any:
        """Judge a request for consent; return the grant it asks for. Raises OAuth2Error."""
        return self.get_consent_grant(_Asked("GET", said, None))

    def answer(self, said: dict[str, str], account: str | None) -> Verdict:
        """Answer a request for consent: with a code for an account, or that it was denied."""
        request = _Asked("GET", said, None)
        try:
            grant = self.get_consent_grant(request)
            verdict: Verdict = self.create_authorization_response(request, grant_user=account, grant=grant)
        except OAuth2Error as error:
            verdict = self.handle_error_response(request, error)
        return verdict


def _token(**asked: Any) -> dict[str, Any]:
    token = {
        "token_type": "Bearer",
        "access_token": generate_token(_CHARACTERS),
        "expires_in": ACCESS_SECONDS,
        "scope": asked["scope"],
    }
    return token | ({"refresh_token": generate_token(_CHARACTERS)} if asked.get("include_refresh_token") else {})

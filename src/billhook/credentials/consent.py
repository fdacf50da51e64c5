"""OAuth2: a program asks, a person consents, a code is exchanged for tokens; they are renewed and withdrawn."""

import base64
import binascii
from datetime import timedelta
from typing import Any, Final

import msgspec
from authlib.oauth2.rfc6749 import OAuth2Error

from billhook.credentials import store
from billhook.credentials.grants import Allowed, AskedCode, AskedToken, AskingClient
from billhook.credentials.judge import ACCESS_SECONDS, Judge, Verdict
from billhook.credentials.model import digest
from billhook.db import Tx
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Problem
from billhook.web import Principal

CODE_LIFE: Final = timedelta(minutes=5)
MOST_SHOWN: Final = 200


class NotAskable(Problem):
    """A program has asked in a way that cannot be answered: {why}"""

    code = "OAUTH_REQUEST_INVALID"


class Wish(msgspec.Struct, frozen=True):
    """What a program asks a person for: its name, where the browser is led back to, and what it wants to do."""

    label: str
    redirect_uri: str
    scopes: list[str]


def normal(said: dict[str, str]) -> dict[str, str]:
    """Return a request with its scopes as OAuth2 has them: blanks between them, where commas may have been."""
    return said | ({"scope": " ".join(said["scope"].replace(",", " ").split())} if "scope" in said else {})


async def _client(tx: Tx, client_id: str) -> AskingClient | None:
    named = ids.of_uuid_text(client_id)
    known = await store.known_client(tx, named) if named else None
    return AskingClient(known) if known else None


async def wish_of(tx: Tx, said: dict[str, str]) -> Wish | Verdict:
    """Return what a person is asked for, or where the browser is led with a refusal. Raises NotAskable."""
    said = normal(said)
    client = await _client(tx, said.get("client_id", ""))
    if client is None:
        raise NotAskable(why="it is not known here (client_id)")
    judge = Judge(client)
    redirect = said.get("redirect_uri") or client.get_default_redirect_uri()
    if redirect is None or not client.check_redirect_uri(redirect):
        raise NotAskable(why="the browser may not be led back to its redirect_uri")
    if not said.get("scope"):
        said = said | {"scope": "-"}
    try:
        judge.consider(said)
    except OAuth2Error:
        return judge.answer(said, None)
    return Wish(client.known.label, redirect, said["scope"].split())


async def consent(tx: Tx, said: dict[str, str], account: Id | None) -> str:
    """Return where the browser is led: with a code for what an account has consented to, or with its refusal.

    Raises NotAskable.
    """
    wish = await wish_of(tx, said)
    if isinstance(wish, Verdict):
        return wish.headers["location"]
    said = normal(said)
    client = await _client(tx, said["client_id"])
    judge = Judge(client)
    verdict = judge.answer(said, account)
    if judge.code is not None and account is not None and client is not None:
        await store.keep_code(
            tx,
            hash=digest(judge.code),
            client=client.known.id,
            owner=account,
            redirect_uri=wish.redirect_uri,
            scopes=wish.scopes,
            challenge=said.get("code_challenge"),
            expires_at=tx.now + CODE_LIFE,
        )
    return verdict.headers["location"]


async def exchange(tx: Tx, said: dict[str, str], authorization: str | None) -> Verdict:
    """Exchange a code or a refresh token for an access token, as far as it is granted."""
    said = normal(said)
    client = await _client(tx, _named(said, authorization))
    proved = client is not None and client.check_client_secret(_secret(said, authorization))
    code, token = None, None
    if client is not None and proved and said.get("grant_type") == "authorization_code":
        found = await store.use_code(tx, digest(said.get("code", "")), client.known.id)
        if found is not None:
            code = AskedCode(found)
            said = said | ({} if said.get("redirect_uri") else {"redirect_uri": found.redirect_uri})
    if client is not None and proved and said.get("grant_type") == "refresh_token":
        kept = await store.permission_of_refresh(tx, client.known.id, digest(said.get("refresh_token", "")))
        token = AskedToken(kept) if kept else None
    verdict = Judge(client, code, token).exchange(said, authorization)
    if verdict.token is None or client is None:
        return verdict
    await _keep(tx, client.known.id, verdict.token, code, token)
    return verdict


async def _keep(tx: Tx, client: Id, granted: dict[str, Any], code: AskedCode | None, token: AskedToken | None) -> None:
    """Write down what was granted: hashes of the tokens."""
    expires_at, access = tx.now + timedelta(seconds=ACCESS_SECONDS), digest(granted["access_token"])
    scopes = str(granted["scope"] or "").split()
    if code is not None:
        await store.permit(
            tx,
            id=ids.new(),
            client=client,
            owner=code.code.account_id,
            scopes=scopes,
            code_hash=code.code.hash,
            refresh_hash=digest(granted["refresh_token"]),
            access_hash=access,
            access_expires_at=expires_at,
        )
    elif token is not None:
        await store.renew(tx, token.permission.id, access, scopes, expires_at)


async def withdraw(tx: Tx, said: dict[str, str], authorization: str | None) -> bool:
    """Take back what a token shows (RFC 7009); False when the client does not prove itself."""
    client = await _client(tx, _named(said, authorization))
    if client is None or not client.check_client_secret(_secret(said, authorization)):
        return False
    await store.withdraw(tx, client.known.id, digest(said.get("token", "")))
    return True


async def allowed(tx: Tx, account: Id) -> list[Allowed]:
    """Return what an account has let programs do, oldest first."""
    return await store.permissions_of(tx, account, MOST_SHOWN)


async def disallow(tx: Tx, account: Id, permission: str) -> None:
    """Take back what an account has let a program do; what is gone stays gone."""
    if ids.is_id(permission):
        await store.drop_permission(tx, account, Id(permission))


async def permitted(tx: Tx, access_token: str) -> Principal | None:
    """Return whom an access token stands for; None when it opens nothing."""
    found = await store.permitted(tx, digest(access_token))
    if found is None:
        return None
    return Principal(found.account_id, found.root_id, found.client_id, "billing", tuple(found.access_scopes))


def _basic(authorization: str | None) -> tuple[str, str]:
    scheme, _, rest = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        named, _, secret = base64.b64decode(rest.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return named, secret


def _named(said: dict[str, str], authorization: str | None) -> str:
    return _basic(authorization)[0] or said.get("client_id", "")


def _secret(said: dict[str, str], authorization: str | None) -> str:
    return _basic(authorization)[1] or said.get("client_secret", "")

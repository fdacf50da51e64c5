"""Accounts in the invoicing API: sign-up, login, profiles, confirmation of addresses, passwords, children."""

from typing import Any
from urllib.parse import quote

import msgspec
from litestar import HttpMethod, Request, Response, get, patch, post, route
from litestar.exceptions import ValidationException
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody

from billhook import accounts
from billhook.accounts import Account, Changes
from billhook.api import access_tokens
from billhook.api.access_tokens import AccessTokenOut, token_out
from billhook.api.envelope import decode_wire, on_problem, on_validation
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.responses import Count, Success, listed, picked
from billhook.api.wire import UNSET, Flag, Free, In, Out, Text
from billhook.kernel.problems import Invalid, invalid
from billhook.kernel.time import iso
from billhook.web import CONTENT, BillhookRequest, Principal, find_faults, parse_query, parse_where


class _ProfileWords(In, kw_only=True):
    """What an account tells about itself. The links of a root account hold for its children."""

    firstname: Text = UNSET
    lastname: Text = UNSET
    tax_number: Text = UNSET
    software_supplier_tax_number: Text = UNSET
    role: Text = UNSET
    label: Text = UNSET
    activate_redirect: Text = UNSET
    reset_redirect: Text = UNSET
    invitation_link: Text = UNSET
    invitation_new_link: Text = UNSET
    document_shareable_link: Text = UNSET
    disable_creating_child_organizations: Flag = UNSET
    skip_child_account_verification: Flag = UNSET
    newsletter: Flag = UNSET
    product_updates: Flag = UNSET
    realm: Text = UNSET
    username: Text = UNSET
    billing_organization_id: Text = UNSET


class AccountOut(_ProfileWords, kw_only=True):
    """An account. `masterId` is the root account of its tree and `parentId` who created it; a root has neither."""

    id: str
    email: str
    email_verified: bool
    locale: str
    master_id: str | msgspec.UnsetType = UNSET
    parent_id: str | msgspec.UnsetType = UNSET
    custom: dict[str, Any]
    created_at: str
    updated_at: str


class AccountIn(_ProfileWords, kw_only=True):
    """An account to open. The password has 8 to 200 characters."""

    email: str
    password: str
    locale: Text = UNSET
    custom: Free = UNSET


class AccountPatchIn(_ProfileWords, kw_only=True):
    """What is to be changed; null takes a value away, and what is left out stays."""

    email: str | msgspec.UnsetType = UNSET
    password: Any = UNSET
    """Refused: a password is changed where the old one is asked for."""
    locale: str | msgspec.UnsetType = UNSET
    custom: dict[str, Any] | msgspec.UnsetType = UNSET


class LoginIn(In, kw_only=True):
    """Credentials; `ttl` in seconds, -1 for a token that never expires."""

    email: str
    password: str
    ttl: int | None = None


class ChangePasswordIn(In, kw_only=True):
    """The password there is, and the one there is to be."""

    old_password: str
    new_password: str


class ResetIn(In, kw_only=True):
    """Whose password is to be reset."""

    email: str


class ResetPasswordIn(In, kw_only=True):
    """The new password, under either of its two names."""

    new_password: str | None = None
    password: str | None = None


class IsUnique(Out):
    """Whether an address is free."""

    is_unique: bool


class IsVerified(Out):
    """Whether an address has been confirmed."""

    is_verified: bool


class LoginOut(AccessTokenOut, kw_only=True):
    """An access token, with its account where `include=user` asked for it."""

    user: AccountOut | None = None


_PROFILE = tuple(field.name for field in msgspec.structs.fields(_ProfileWords))


def account_out(account: Account) -> AccountOut:
    """Return the wire form of an account; what was not told is absent."""
    told = {name: value for name in _PROFILE if (value := getattr(account.profile, name)) is not None}
    return AccountOut(
        id=account.id,
        email=account.email,
        email_verified=account.email_verified,
        locale=account.locale,
        master_id=UNSET if account.is_root else account.root_id,
        parent_id=account.parent_id or UNSET,
        custom=account.custom,
        created_at=iso(account.created_at),
        updated_at=iso(account.updated_at),
        **told,
    )


def _changes(data: JSONBody[AccountIn] | AccountPatchIn) -> Changes:
    profile = {name: value for name in _PROFILE if (value := getattr(data, name)) is not UNSET}
    email = data.email if isinstance(data, AccountPatchIn) and data.email is not UNSET else None
    locale = None if data.locale is UNSET else data.locale
    custom = None if data.custom is UNSET else data.custom
    return Changes(email=email, locale=locale, profile=profile, custom=custom)


def client_of(request: BillhookRequest) -> str:
    """Return the address a request came from; empty where there is none."""
    return request.client.host if request.client else ""


def _caller(request: BillhookRequest) -> Principal | None:
    """Return who asks on a public route. A token that is sent has to be good: an expired one makes nobody a root."""
    is_signed = "authorization" in request.headers or "access_token" in request.query_params
    return request.principal if is_signed else None


def _refuse_sign_up(request: Request[Any, Any, Any], error: ValidationException) -> Any:
    """Answer an application of the wrong shape with the faults of its shape and those of its content together."""
    content: Any = request.scope.get(CONTENT)
    if not isinstance(content, dict):
        return on_validation(request, error)
    faults = find_faults(content, AccountIn, decode_wire)
    wrong = {fault.path for fault in faults}
    email, password = ("" if name in wrong else content[name] for name in ("email", "password"))
    faults += [f for f in accounts.sign_up_faults(str(email), str(password), Changes()) if f.path not in wrong]
    return on_problem(request, Invalid("Account", faults))


@post(
    "/Accounts",
    status_code=200,
    opt={"public": True},
    tags=["Accounts"],
    summary="Open an account",
    exception_handlers={ValidationException: _refuse_sign_up},
)
async def sign_up(request: BillhookRequest, data: JSONBody[AccountIn]) -> AccountOut:
    """Open a root account, or with an access token a child account of the caller's root."""
    by = _caller(request)
    made = await accounts.sign_up(request.database, request.settings, data.email, data.password, _changes(data), by)
    return account_out(made)


@post("/Accounts/login", status_code=200, opt={"public": True}, tags=["Accounts"], summary="Log in")
async def login(request: BillhookRequest, data: JSONBody[LoginIn], include: FromQuery[str | None] = None) -> LoginOut:
    """Exchange an e-mail address and a password for an access token; too many failures have to wait (429)."""
    granted, account = await accounts.log_in(
        request.database, request.settings, data.email, data.password, client_of(request), data.ttl
    )
    wire = msgspec.structs.asdict(token_out(granted.kept, token=granted.token, brief=True))
    return LoginOut(**wire, user=account_out(account) if include == "user" else None)


@post("/Accounts/logout", status_code=204, tags=["Accounts"], summary="Log out")
async def logout(request: BillhookRequest) -> None:
    """Destroy the access token the request came with."""
    async with request.database.open(request.principal.account_id) as tx:
        await accounts.log_out(tx, request.principal)


@get("/Accounts/authorized", tags=["Accounts"], summary="Who am I?")
async def authorized(request: BillhookRequest) -> AccountOut:
    """Return the account of the access token."""
    async with request.database.open(request.principal.account_id) as tx:
        return account_out(await accounts.acting_for(tx, request.principal, request.principal.account_id))


@get("/Accounts/is-unique", opt={"public": True}, tags=["Accounts"], summary="Is an e-mail address free?")
async def is_unique(request: BillhookRequest, email: FromQuery[str]) -> IsUnique:
    """Tell whether no account has this e-mail address yet."""
    async with request.database.open() as tx:
        return IsUnique(await accounts.is_unique(tx, email))


@get("/Accounts", tags=["Accounts"], summary="List child accounts")
async def list_children(request: BillhookRequest, filter: FilterParameter = None) -> Response[list[AccountOut]]:
    """Return the child accounts of the caller, a page at a time; `x-total-count` says how many there are."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        rows, total = await accounts.children(tx, request.principal, query)
    return listed(map(account_out, rows), total, query)


@get("/Accounts/count", tags=["Accounts"], summary="Count child accounts")
async def count_children(request: BillhookRequest, where: WhereParameter = None) -> Count:
    """Return how many child accounts of the caller a `where` finds."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        return Count(await accounts.count_children(tx, request.principal, condition))


@get("/Accounts/{account_id:str}", tags=["Accounts"], summary="Read an account")
async def read(request: BillhookRequest, account_id: FromPath[str], filter: FilterParameter = None) -> AccountOut:
    """Return the caller's account, or for a root account one of its children."""
    query = parse_query(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        found = await accounts.acting_for(tx, request.principal, account_id)
    only: AccountOut = picked(account_out(found), query)
    return only


@patch("/Accounts/{account_id:str}", status_code=200, tags=["Accounts"], summary="Change an account")
async def change(request: BillhookRequest, account_id: FromPath[str], data: JSONBody[AccountPatchIn]) -> AccountOut:
    """Change what is given; another e-mail address has to be confirmed again."""
    if data.password is not UNSET:
        raise invalid("Account", "password", "read_only", "is changed with POST /Accounts/change-password")
    async with request.database.open(request.principal.account_id) as tx:
        return account_out(await accounts.amend(tx, request.principal, account_id, _changes(data)))


@route(
    "/Accounts/{account_id:str}/send-verification",
    http_method=[HttpMethod.GET, HttpMethod.POST],
    status_code=200,
    tags=["Accounts"],
    summary="Send the mail that confirms the e-mail address",
)
async def send_verification(request: BillhookRequest, account_id: FromPath[str]) -> Success:
    """Put the mail into the outbox; an address that is confirmed already gets none."""
    async with request.database.open(request.principal.account_id) as tx:
        await accounts.send_confirmation(tx, request.principal, account_id)
    return Success()


@post(
    "/Accounts/{account_id:str}/verify",
    status_code=204,
    tags=["Accounts"],
    summary="Begin to confirm the address",
)
async def verify(request: BillhookRequest, account_id: FromPath[str]) -> None:
    """Do what `send-verification` does, without an answer."""
    async with request.database.open(request.principal.account_id) as tx:
        await accounts.send_confirmation(tx, request.principal, account_id)


@get("/Accounts/{account_id:str}/is-verified", tags=["Accounts"], summary="Is the e-mail address confirmed?")
async def is_verified(request: BillhookRequest, account_id: FromPath[str]) -> IsVerified:
    """Tell whether the e-mail address has been confirmed."""
    async with request.database.open(request.principal.account_id) as tx:
        return IsVerified((await accounts.acting_for(tx, request.principal, account_id)).email_verified)


@get(
    "/Accounts/confirm",
    status_code=204,
    opt={"public": True},
    tags=["Accounts"],
    summary="Confirm an address",
    responses={302: ResponseSpec(None, generate_examples=False, description="Confirmed; on to `redirect`")},
)
async def confirm(
    request: BillhookRequest, uid: FromQuery[str], token: FromQuery[str], redirect: FromQuery[str] = ""
) -> Response[None]:
    """Confirm with the token of a mail: 204, or 302 to a page of this server or the configured `activateRedirect`."""
    async with request.database.open() as tx:
        await accounts.confirm(tx, uid, token, redirect or None, request.public_url)
    if not redirect:
        return Response(None, status_code=204)
    return Response(None, status_code=302, headers={"location": quote(redirect, safe="/#%[]=:;$&()+,!?*@'~")})


@post(
    "/Accounts/change-password",
    status_code=204,
    opt={"outside": True},  # wrong guesses stay counted
    tags=["Accounts"],
    summary="Change the password",
)
async def change_password(request: BillhookRequest, data: JSONBody[ChangePasswordIn]) -> None:
    """Set another password; every token of the account dies but the one of this request."""
    await accounts.change_password(
        request.database,
        request.settings,
        request.principal,
        data.old_password,
        data.new_password,
        client_of(request),
    )


@post("/Accounts/reset", status_code=204, opt={"public": True}, tags=["Accounts"], summary="Ask for a new password")
async def reset(request: BillhookRequest, data: JSONBody[ResetIn]) -> None:
    """Have a mail sent that leads to a new password; answers alike whether or not there is such an account."""
    await accounts.request_reset(request.database, request.settings, data.email, client_of(request))


@post(
    "/Accounts/reset-password",
    status_code=204,
    opt={"purpose": "reset"},
    tags=["Accounts"],
    summary="Set a password",
)
async def reset_password(request: BillhookRequest, data: JSONBody[ResetPasswordIn]) -> None:
    """Set a new password with the reset token of a mail as access token; every token of the account dies."""
    new = data.new_password or data.password or ""
    await accounts.reset_password(request.database, request.settings, request.principal, new)


ROUTES = [
    sign_up,
    login,
    logout,
    authorized,
    is_unique,
    list_children,
    count_children,
    read,
    change,
    send_verification,
    verify,
    is_verified,
    confirm,
    change_password,
    reset,
    reset_password,
    *access_tokens.ROUTES,
]

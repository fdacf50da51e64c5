"""Who may act for an organization: invited, accepted, in which role, disabled, removed."""

from typing import Any

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from billhook import accounts, organizations
from billhook.api.parameters import FilterParameter, WhereParameter
from billhook.api.responses import Count, Success, listed
from billhook.api.wire import In, Out, iso
from billhook.kernel.problems import invalid
from billhook.organizations import Access, Invitation
from billhook.web import BillhookRequest, Query, parse_query, parse_where


class InvitationIn(In, kw_only=True):
    """Who is to act for the organization: an account of your tree by `accountId`, anybody by `email`."""

    account_id: str | None = None
    email: str | None = None
    role: str = "default"
    require_confirmation: bool | None = None
    send_email: bool | None = None


class RoleIn(In, kw_only=True):
    """A role; `default` when it is left out."""

    role: str = "default"


class MemberOut(Out, kw_only=True):
    """The account behind an access, as its colleagues see it."""

    id: str
    email: str
    firstname: str | None = None
    lastname: str | None = None


class AccountOrganizationOut(Out, kw_only=True):
    """That somebody may act for an organization, or is invited to; without `accountId` nobody has the address yet."""

    id: str
    account_id: str | None = None
    organization_id: str
    role: str
    active: bool
    disabled: bool
    rejected: bool
    invitation_email: str | None = None
    inviter_id: str | None = None
    inviter_master_id: str | None = None
    organization_name: str | None = None
    """The organization's name, where the list is an account's."""
    account: MemberOut | None = None
    """Who it is, where `filter[include]=account` asked for it."""
    created_at: str
    updated_at: str
    custom: dict[str, Any]


def access_out(access: Access, *, include: bool = False) -> AccountOrganizationOut:
    """Return the wire form of an access, with its account where that was asked for."""
    member = None
    if include and access.account_id and access.email:
        member = MemberOut(
            id=access.account_id, email=access.email, firstname=access.firstname, lastname=access.lastname
        )
    return AccountOrganizationOut(
        id=access.id,
        account_id=access.account_id,
        organization_id=access.organization_id,
        role=access.role,
        active=access.active,
        disabled=access.disabled,
        rejected=access.rejected,
        invitation_email=access.invitation_email,
        inviter_id=access.inviter_id,
        inviter_master_id=access.inviter_root_id,
        organization_name=access.organization_name,
        account=member,
        created_at=iso(access.created_at) or "",
        updated_at=iso(access.updated_at) or "",
        custom=access.custom,
    )


def _includes(query: Query) -> bool:
    """Tell whether accounts are to be included. Raises Invalid for other relations."""
    unknown = [name for name in query.include if name != "account"]
    if unknown:
        message = f"`{unknown[0][:60]}` cannot be included here; known: account"
        raise invalid("filter", "filter.include", "unknown_relation", message)
    return bool(query.include)


@post("/Organizations/{organization_id:str}/invite", status_code=200, tags=["Access"], summary="Invite somebody")
async def invite(
    request: BillhookRequest, organization_id: FromPath[str], data: JSONBody[InvitationIn]
) -> AccountOrganizationOut:
    """Invite somebody to act for the organization, or let them at once: `requireConfirmation: false`."""
    new = Invitation(
        account_id=data.account_id,
        email=data.email,
        role=data.role,
        require_confirmation=data.require_confirmation is not False,
        send_email=data.send_email is not False,
    )
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id, admin=True)
        return access_out(await organizations.invite(tx, request.principal, new))


@get(
    "/Organizations/{organization_id:str}/accountOrganizations",
    tags=["Access"],
    summary="List who may act for an organization",
)
async def page(
    request: BillhookRequest, organization_id: FromPath[str], filter: FilterParameter = None
) -> list[AccountOrganizationOut]:
    """Return who may act for the organization and who is invited; `filter[include]=account` says who they are."""
    query = parse_query(request.scope["query_string"])
    include = _includes(query)
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        rows, total = await organizations.page_of_access(tx, query)
    return listed([access_out(row, include=include) for row in rows], total, query)  # type: ignore[return-value]


@get(
    "/Organizations/{organization_id:str}/accountOrganizations/count",
    tags=["Access"],
    summary="Count who may act for an organization",
)
async def count(request: BillhookRequest, organization_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many may act for the organization or are invited to."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter(tx, organization_id)
        return Count(await organizations.count_access(tx, condition))


@get(
    "/Accounts/{account_id:str}/accountOrganizations",
    tags=["Access"],
    summary="List what an account may act for and is invited to",
)
async def of_account(
    request: BillhookRequest, account_id: FromPath[str], filter: FilterParameter = None
) -> list[AccountOrganizationOut]:
    """Return the account's accesses and invitations; those that wait for an answer are not `active` yet."""
    query = parse_query(request.scope["query_string"])
    include = _includes(query)
    async with request.database.open(request.principal.account_id) as tx:
        owner = await accounts.acting_for(tx, request.principal, account_id)
        rows, total = await organizations.accesses_of(tx, owner.id, query)
    return listed([access_out(row, include=include) for row in rows], total, query)  # type: ignore[return-value]


@get(
    "/Accounts/{account_id:str}/accountOrganizations/count",
    tags=["Access"],
    summary="Count what an account may act for and is invited to",
)
async def count_of_account(request: BillhookRequest, account_id: FromPath[str], where: WhereParameter = None) -> Count:
    """Return how many accesses and invitations the account has."""
    condition = parse_where(request.scope["query_string"])
    async with request.database.open(request.principal.account_id) as tx:
        owner = await accounts.acting_for(tx, request.principal, account_id)
        return Count(await organizations.count_accesses_of(tx, owner.id, condition))


@delete("/AccountOrganizations/{access_id:str}", status_code=200, tags=["Access"], summary="Take access away")
async def remove(request: BillhookRequest, access_id: FromPath[str]) -> Count:
    """Take access away or an invitation back, or leave the organization: from the next request on nothing opens."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter_access(tx, access_id, idle=True, own=True)
        return Count(await organizations.remove_access(tx, access_id))


@post("/AccountOrganizations/{access_id:str}/accept", status_code=200, tags=["Access"], summary="Accept an invitation")
async def accept(request: BillhookRequest, access_id: FromPath[str]) -> Success:
    """Accept an invitation that is meant for you; one to an address waits until you have confirmed that address."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.answer_invitation(tx, access_id, accept=True)
    return Success()


@post("/AccountOrganizations/{access_id:str}/reject", status_code=200, tags=["Access"], summary="Decline an invitation")
async def reject(request: BillhookRequest, access_id: FromPath[str]) -> Success:
    """Decline an invitation that is meant for you."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.answer_invitation(tx, access_id, accept=False)
    return Success()


@post(
    "/AccountOrganizations/{access_id:str}/resend",
    status_code=200,
    tags=["Access"],
    summary="Send the mail of an invitation again",
)
async def resend(request: BillhookRequest, access_id: FromPath[str]) -> Success:
    """Have the mail sent again to who has not answered yet; the link in the mail before stops working."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter_access(tx, access_id)
        await organizations.resend_invitation(tx, request.principal, access_id)
    return Success()


@post("/AccountOrganizations/{access_id:str}/enable", status_code=200, tags=["Access"], summary="Enable access")
async def enable(request: BillhookRequest, access_id: FromPath[str]) -> Success:
    """Let somebody act for the organization again."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter_access(tx, access_id)
        await organizations.enable(tx, access_id)
    return Success()


@post("/AccountOrganizations/{access_id:str}/disable", status_code=200, tags=["Access"], summary="Disable access")
async def disable(request: BillhookRequest, access_id: FromPath[str]) -> Success:
    """Let somebody not act for the organization until enabled again."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter_access(tx, access_id, idle=True)
        await organizations.disable(tx, access_id)
    return Success()


@post("/AccountOrganizations/{access_id:str}/change-role", status_code=200, tags=["Access"], summary="Change the role")
async def change_role(request: BillhookRequest, access_id: FromPath[str], data: JSONBody[RoleIn]) -> Success:
    """Give another role: `readonly` reads, `default` works, `admin` manages settings and access too."""
    async with request.database.open(request.principal.account_id) as tx:
        await organizations.enter_access(tx, access_id)
        await organizations.change_role(tx, access_id, data.role)
    return Success()


ROUTES = [
    invite,
    page,
    count,
    of_account,
    count_of_account,
    remove,
    accept,
    reject,
    resend,
    enable,
    disable,
    change_role,
]

"""Payment processing of an account: the box with its Set up, the verification form, the switch."""

from decimal import Decimal, InvalidOperation
from typing import Any, Final

from litestar import Response, post, route

from billhook import processing
from billhook.kernel import money
from billhook.kernel.problems import Invalid, NotFound
from billhook.pages.account import form_fields
from billhook.pages.assets import READS
from billhook.pages.dashboard import go, page, words_of
from billhook.pages.payment import till_of
from billhook.processing import Platform
from billhook.web import BillhookRequest

PLACE: Final = "/dashboard/payment-processing"
_AT: Final = "processing"


@route(PLACE, http_method=READS)
async def overview(request: BillhookRequest) -> Response[Any]:
    """Show where payment processing stands."""
    words, platform = words_of(request), await _platform(request)
    fee = money.plain(platform.application_fee) if platform else ""
    return page(
        "processing",
        words,
        words.processing,
        at=_AT,
        platform=platform,
        fee=fee,
        is_root=request.principal.is_root,
    )


@route(f"{PLACE}/set-up", http_method=READS)
async def form(request: BillhookRequest) -> Response[Any]:
    """Show the form with the fee and the return address."""
    platform = await _platform(request)
    fee = str(money.plain(platform.application_fee)) if platform else "1"
    return _form(request, {"fee": fee, "return_url": (platform.return_url or "") if platform else ""}, [])


@post(f"{PLACE}/set-up", status_code=200)
async def set_up(request: BillhookRequest) -> Response[Any]:
    """Set payment processing up, or change it."""
    said = await form_fields(request)
    try:
        fee = Decimal(said.get("fee", "").strip().replace(",", ".") or "x")
    except InvalidOperation:
        fee = Decimal(-1)
    fields = {"application_fee": fee, "return_url": said.get("return_url", "").strip()}
    account_id = request.principal.account_id
    try:
        if await _platform(request):
            async with request.database.open(account_id) as tx:
                await processing.change(tx, account_id, fields)
        else:
            await processing.enable(till_of(request), request.principal, fields, verified=False)
    except Invalid as invalid:
        return _form(request, said, [fault.path for fault in invalid.faults])
    return go(PLACE)


@post(f"{PLACE}/switch", status_code=200)
async def switch(request: BillhookRequest) -> Response[Any]:
    """Switch payment processing on or off, for all organizations of the account."""
    active = (await form_fields(request)).get("active") == "yes"
    account_id = request.principal.account_id
    async with request.database.open(account_id) as tx:
        await processing.change(tx, account_id, {"active": active})
    return go(PLACE)


@route(f"{PLACE}/verification", http_method=READS)
async def verification(request: BillhookRequest) -> Response[Any]:
    """Show the form in which an account says who it is."""
    if await _platform(request) is None:
        return go(PLACE)
    return _verification(request, {}, [])


@post(f"{PLACE}/verification", status_code=200)
async def verify(request: BillhookRequest) -> Response[Any]:
    """Take the form. In the sandbox it is approved as it comes, or refused where that was asked for."""
    said = await form_fields(request)
    account_id = request.principal.account_id
    async with request.database.open(account_id) as tx:
        try:
            await processing.verify(tx, account_id, said, refused=said.get("outcome") == "refused")
        except Invalid as invalid:
            return _verification(request, said, [fault.path for fault in invalid.faults])
    return go(PLACE)


async def _platform(request: BillhookRequest) -> Platform | None:
    async with request.database.open(request.principal.account_id) as tx:
        try:
            return await processing.platform(tx, request.principal.account_id)
        except NotFound:
            return None


def _form(request: BillhookRequest, said: dict[str, str], wrong: list[str]) -> Response[Any]:
    words = words_of(request)
    status, is_root = 422 if wrong else 200, request.principal.is_root
    return page("set_up", words, words.processing, at=_AT, status=status, said=said, wrong=wrong, is_root=is_root)


def _verification(request: BillhookRequest, said: dict[str, str], wrong: list[str]) -> Response[Any]:
    words = words_of(request)
    status = 422 if wrong else 200
    return page("verification", words, words.verification, at=_AT, status=status, said=said, wrong=wrong)


ROUTES = [overview, form, set_up, switch, verification, verify]

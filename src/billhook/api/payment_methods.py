"""Payment methods: what a client can be charged by again, because a payer agreed to it."""

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from billhook import clients, processing
from billhook.api.responses import Count
from billhook.api.wire import In, Out
from billhook.kernel.ids import Id
from billhook.kernel.time import iso
from billhook.processing import Method
from billhook.web import BillhookRequest


class PaymentMethodIn(In, kw_only=True):
    """A payment intent that was paid with `allowRecurring`; `automatic` charges invoices as soon as they are issued."""

    payment_intent_id: str
    automatic: bool = False


class PaymentMethodOut(Out, kw_only=True):
    """What a client can be charged by. Its id is that of the payment intent."""

    id: str
    client_id: str
    gateway: str
    label: str
    automatic: bool
    created_at: str


def _out(method: Method) -> PaymentMethodOut:
    return PaymentMethodOut(
        id=method.id,
        client_id=method.client_id,
        gateway=method.gateway,
        label=method.label,
        automatic=method.automatic,
        created_at=iso(method.created_at),
    )


@get("/Clients/{client_id:str}/payment-methods", tags=["Payment intents"], summary="List payment methods")
async def page(request: BillhookRequest, client_id: FromPath[str]) -> list[PaymentMethodOut]:
    """Return what a client can be charged by, oldest first."""
    async with request.database.open(request.principal.account_id) as tx:
        await clients.enter(tx, client_id)
        known = await processing.methods_of(tx, [Id(client_id)])
    return [_out(method) for method in known[Id(client_id)]]


@post(
    "/Clients/{client_id:str}/payment-methods",
    status_code=200,
    tags=["Payment intents"],
    summary="Keep a payment method",
)
async def create(
    request: BillhookRequest, client_id: FromPath[str], data: JSONBody[PaymentMethodIn]
) -> PaymentMethodOut:
    """Keep how somebody paid as what a client can be charged by; again to change whether that is automatic."""
    async with request.database.open(request.principal.account_id) as tx:
        await clients.enter(tx, client_id, write=True)
        kept = await processing.keep_method(tx, Id(client_id), data.payment_intent_id, automatic=data.automatic)
    return _out(kept)


@delete(
    "/Clients/{client_id:str}/payment-methods/{method_id:str}",
    status_code=200,
    tags=["Payment intents"],
    summary="Forget a payment method",
)
async def remove(request: BillhookRequest, client_id: FromPath[str], method_id: FromPath[str]) -> Count:
    """Forget what a client could be charged by."""
    async with request.database.open(request.principal.account_id) as tx:
        await clients.enter(tx, client_id, write=True)
        return Count(await processing.forget_method(tx, Id(client_id), method_id))


ROUTES = [page, create, remove]

"""Reminders that somebody asks for; those by the organization's schedule need no route."""

from litestar import post
from litestar.params import FromPath, JSONBody

from billhook import clients, delivery
from billhook.api.responses import Success
from billhook.api.wire import UNSET, In, Text, given
from billhook.web import BillhookRequest


class ReminderIn(In, kw_only=True):
    """Whom to remind and in which language, if not at the client's address and in each document's own."""

    email: Text = UNSET
    l: Text = UNSET  # noqa: E741 - the dialect's name for a language


class ReminderOut(Success, kw_only=True):
    """How many mails go out: none about documents that this address was reminded of today."""

    count: int


@post("/Clients/{client_id:str}/send-reminder", status_code=200, tags=["Clients"], summary="Remind of what is overdue")
async def send_reminder(request: BillhookRequest, client_id: FromPath[str], data: JSONBody[ReminderIn]) -> ReminderOut:
    """Mail a client each overdue document again, with the text of `email_reminder`; once a day and address."""
    async with request.database.open(request.principal.account_id) as tx:
        await clients.enter(tx, client_id, write=True)
        count = await delivery.remind_client(tx, client_id, email=given(data.email, ""), language=given(data.l))
    return ReminderOut(count=count)


ROUTES = [send_reminder]

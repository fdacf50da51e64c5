"""What clients look like on the wire."""

from typing import Any

import msgspec

from billhook.api.wire import AddressOut, Out, iso
from billhook.clients import Check, Client


class CheckOut(Out, kw_only=True):
    """What a check of one of the client's numbers or its country said: whether it is right, by which rule, and when."""

    field: str
    value: str
    valid: bool
    rule: str
    means: str
    reason: str | None = None
    checked_at: str


class ClientOut(AddressOut, kw_only=True):
    """A client, with what is known of its numbers in `_checks`."""

    id: str
    organization_id: str
    contact: str | None = None
    note: str | None = None
    is_end_customer: bool
    type: str | None = None
    company_id: str | None = None
    unit_id: str | None = None
    unit_ids: list[str] | None = None
    checks: list[CheckOut] | None
    deleted_at: str | None = None
    is_deleted: bool
    deleted_id: str | None = None
    created_at: str
    updated_at: str
    custom: dict[str, Any] | None
    data: list[dict[str, Any]] | None


def client_out(client: Client) -> ClientOut:
    """Return the wire form of a client."""
    is_deleted, details = client.deleted_at is not None, client.details
    return ClientOut(
        **msgspec.structs.asdict(client.identity),
        id=client.id,
        organization_id=client.organization_id,
        contact=client.contact,
        note=client.note,
        is_end_customer=client.is_end_customer,
        type=client.type,
        company_id=details.company_id,
        unit_id=details.unit_id,
        unit_ids=None if details.unit_ids is None else list(details.unit_ids),
        checks=[_check_out(check) for check in client.checks],
        deleted_at=iso(client.deleted_at),
        is_deleted=is_deleted,
        deleted_id=client.id if is_deleted else None,
        created_at=iso(client.created_at) or "",
        updated_at=iso(client.updated_at) or "",
        custom=client.custom,
        data=client.data,
    )


def _check_out(check: Check) -> CheckOut:
    return CheckOut(
        field=check.field,
        value=check.value,
        valid=check.valid,
        rule=check.rule,
        means=check.means,
        reason=check.reason,
        checked_at=iso(check.at) or "",
    )

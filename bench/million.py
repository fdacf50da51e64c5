"""A million documents, payments and journal entries of one organization, written inside PostgreSQL."""

import uuid
from typing import Any, NamedTuple

import asyncpg

AT = "(timestamptz '2023-01-01' + n * interval '90 seconds')"
TOTAL = "((n * 7919 % 1000003) + 100)"
GROSS = f"({TOTAL} * 121 / 100)"
DOCUMENT = {
    "type": "case when n % 20 = 0 then 'credit-note' when n % 50 = 1 then 'estimate' else 'invoice' end",
    "draft": "n % 200 = 3",
    "issued_at": f"case when n % 200 = 3 then null else {AT} end",
    "canceled": "n % 500 = 7",
    "incoming": "n % 40 = 9",
    "sent_snail_mail": "n % 100 = 11",
    "number": f"case when n % 200 = 3 then null else date_part('year', {AT})::text || '-' || lpad(n::text, 7, '0') end",
    "date": f"date_trunc('day', {AT})",
    "date_year": f"date_part('year', {AT})::int",
    "date_due": f"date_trunc('day', {AT}) + (7 + n * 7919 % 40) * interval '1 day'",
    "date_service": f"date_trunc('day', {AT})",
    "date_service_to": f"case when n % 4 > 0 then date_trunc('day', {AT}) + (n * 7919 % 90) * interval '1 day' end",
    "date_paid": f"case when n % 10 <> 5 and n % 200 <> 3 then {AT} + (n * 31 % 60) * interval '1 day' end",
    "total_discount": "case when n % 3 = 0 then n * 7919 % 1009 else 0 end",
    "conversion": "case when n % 4 <> 2 then jsonb_build_object('id', 'c', 'origin', 'USD', 'target', 'EUR', 'rate', 1,"
    f" 'date', now(), 'source', 'said', 'exponent', 2, 'total', {TOTAL}, 'total_with_tax', {GROSS}) end",
    "footer": "case when n % 7 = 0 then '' else 'Thank you' end",
    "total": TOTAL,
    "total_with_tax": GROSS,
    "total_paid": f"case when n % 10 = 5 or n % 200 = 3 then 0 else {GROSS} end",
    "reference": "case when n % 3 = 0 then 'PO-' || n else '' end",
    "client": "client || jsonb_build_object('name', 'Client ' || n % 10007, 'email', 'c' || n % 10007 || '@x.test')",
    "client_id": "('00000000-0000-8000-8000-' || lpad(to_hex(n * 31 % 10007), 6, '0') || '000000')::uuid",
    "note": "case when n % 4 = 1 then 'Note ' || n else '' end",
    "unique_id": "case when n % 4 = 0 then 'order-' || n end",
    "custom": "jsonb_build_object('color', (array['red', 'green', 'blue'])[1 + (n % 3)::int])",
    "created_at": AT,
    "updated_at": f"{AT} + (n % 1000) * interval '1 hour'",
}
PAYMENT = {
    "type": "case when n % 2000 = 13 then 'paypal' else 'card' end",
    "amount": GROSS,
    "date": AT,
    "created_at": AT,
    "updated_at": AT,
    "transaction_id": "'ch_' || n",
}
ENTRY = {
    "sequence": "n + (select max(sequence) from payments.entry)",
    "amount": GROSS,
    "date": AT,
    "at": AT,
    "kind": "'charge'",
}

NOBODY = "000000000000000000000007"
_LONG_AGO, _MOST_DAYS, _FEW_DAYS = (
    {"lt": "2022-01-01"},
    {"gte": "2023-02-01"},
    {"between": ["2024-03-01", "2024-03-09"]},
)


class Asked(NamedTuple):
    """Of a documented name: a value that most have and one that few have, a range that most are in and one of few."""

    most: Any = ...
    few: Any = ...
    broad: Any = ...
    narrow: Any = ...


_DAYS = Asked(broad=_MOST_DAYS, narrow=_FEW_DAYS)
_SELDOM = Asked(None, "2024-03-01", _MOST_DAYS, _FEW_DAYS)
_TOTAL = Asked(broad={"gt": 100}, narrow={"gt": 9990})
_RARE_TOTAL = Asked(0, 17, {"lte": 100}, {"gt": 9990})

CONDITIONS: dict[str, Asked] = {
    "id": Asked(few="000000000000000000000000", broad={"gt": "0" * 24}, narrow={"lt": "018600000000000000000000"}),
    "number": Asked(few="2024-0400000", broad={"gt": "2023-00"}, narrow={"between": ["2024-0400000", "2024-0403000"]}),
    "type": Asked("invoice", "advance"),
    "unitId": Asked(None, NOBODY),
    "draft": Asked(False, True),
    "incoming": Asked(False, True),
    "canceled": Asked(False, True),
    "sentSnailMail": Asked(False, True),
    "paidInFull": Asked(True, False),
    "hasUnit": Asked(False, True),
    "date": Asked(few="2024-03-01", broad=_MOST_DAYS, narrow=_FEW_DAYS),
    "dateService": Asked(few="2024-03-01", broad=_MOST_DAYS, narrow=_FEW_DAYS),
    "dateServiceTo": Asked({"exists": True}, "2024-03-01", _MOST_DAYS, _FEW_DAYS),
    "dateDue": Asked(few="2024-03-01", broad=_MOST_DAYS, narrow=_FEW_DAYS),
    "dateValidTill": _SELDOM,
    "datePaid": Asked({"exists": True}, "2024-03-01", _MOST_DAYS, _FEW_DAYS),
    "dateReceived": _SELDOM,
    "dateYear": Asked(few=2026, broad={"gte": 2023}),
    "acceptedAt": _SELDOM,
    "rejectedAt": _SELDOM,
    "issuedAt": _DAYS,
    "createdAt": _DAYS,
    "updatedAt": _DAYS,
    "deletedAt": Asked(None, "2024-03-01"),
    "reference": Asked("", "PO-300000", {"lt": "PO-9"}, {"between": ["PO-300000", "PO-301000"]}),
    "currencyId": Asked("EUR", "USD"),
    "decimalPlaces": Asked(2, 4),
    "total": _TOTAL,
    "totalDiscount": _RARE_TOTAL,
    "totalWithTax": Asked(broad={"gt": 100}, narrow={"gt": 12090}),
    "totalPaid": _TOTAL,
    "totalCredited": _RARE_TOTAL,
    "totalDue": Asked(0, 17, {"lte": 100}, {"gt": 12000}),
    "numberInternal": Asked(None, "A 7"),
    "totalConverted": Asked({"exists": True}, 17, {"gt": 100}, {"gt": 9990}),
    "totalWithTaxConverted": Asked({"exists": True}, 17, {"gt": 100}, {"gt": 12090}),
    "note": Asked("", "Note 400000", {"lt": "Note 9"}, {"between": ["Note 300000", "Note 301000"]}),
    "footer": Asked("Thank you", "nothing"),
    "signature": Asked("", "nothing"),
    "uniqueId": Asked(None, "order-400000"),
    "shareableId": Asked(None, "nothing"),
    "clientId": Asked(few=NOBODY, broad={"gt": "0" * 24}),
    "accountId": Asked(few=NOBODY, broad={"gt": "0" * 24}),
    "organizationId": Asked(few=NOBODY),
    "previousDocumentId": Asked(None, NOBODY),
    "custom.color": Asked({"inq": ["red", "green"]}, "black"),
    "_documentClient.name": Asked(
        few="Client 7", broad={"lt": "Client 9"}, narrow={"between": ["Client 7", "Client 71"]}
    ),
    "_documentClient.email": Asked({"neq": "nobody@x.test"}, "c7@x.test"),
    "_documentClient.taxNumber": Asked(None, "SI1234"),
    "_documentClient.companyNumber": Asked(None, "1234"),
    "_documentClient.countryAlpha2Code": Asked("GB", "BE"),
    "_documentClient.country": Asked("United Kingdom", "Belgium"),
    "_documentClient.city": Asked(None, "Ljubljana"),
    "_documentClient.zip": Asked(None, "1000"),
    "_documentClient.address": Asked(None, "Rocket street 1"),
    "_documentClient.phone": Asked(None, "123"),
    "_documentClient.contact": Asked(None, "Nobody"),
}
"""What each documented name is asked for; `…` where that makes no sense."""


async def columns_of(owner: "asyncpg.Connection[Any]", table: str) -> list[str]:
    """Return the columns of a table that are written."""
    rows = await owner.fetch(
        "select column_name from information_schema.columns where table_schema || '.' || table_name = $1"
        " and is_generated = 'NEVER' order by ordinal_position",
        table,
    )
    return [row[0] for row in rows]


def _id(base: str, kind: int) -> str:
    """Return SQL of an id on the shard of `base`; `kind` tells the ids of documents, payments and entries apart."""
    time = f"lpad(to_hex((extract(epoch from {AT}) * 1000)::bigint), 12, '0')"
    return f"({time} || '{base.replace('-', '')[12:18]}{kind}' || lpad(to_hex(n), 7, '0') || '000000')::uuid"


async def fill(owner: "asyncpg.Connection[Any]", base: str, rows: int) -> None:
    """Write so many documents after the likeness of one, each with a payment and an entry. No trigger runs."""
    await owner.execute("set session_replication_role = replica")
    link = {"document_id": _id(base, 1)}
    for table, key, kind, said in (
        ("documents.document", "id", 1, DOCUMENT),
        ("payments.payment", "document_id", 2, PAYMENT | link),
        ("payments.entry", "document_id", 3, ENTRY | link),
    ):
        values = said | {"id": _id(base, kind)}
        names = await columns_of(owner, table)
        selected = ", ".join(values.get(name, f"d.{name}") for name in names)
        await owner.execute(
            f"insert into {table} ({', '.join(names)}) select {selected}"
            f" from generate_series(1, {rows}::bigint) n, (select * from {table} where {key} = '{base}' limit 1) d"
        )
    await owner.execute("set session_replication_role = origin")


async def settle(owner: "asyncpg.Connection[Any]", organization: uuid.UUID, shard: int) -> None:
    """Count what was written past the triggers, and let PostgreSQL look at its tables."""
    await owner.execute("select documents.tally_anew($1, $2)", shard, organization)
    await owner.execute("select payments.tally_anew($1, $2)", shard, organization)
    await owner.execute("vacuum analyze")
    await owner.execute("checkpoint")

"""A million documents, payments and journal entries of one organization, written inside PostgreSQL."""

import uuid
from typing import Any

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
    "total": TOTAL,
    "total_with_tax": GROSS,
    "total_paid": f"case when n % 10 = 5 or n % 200 = 3 then 0 else {GROSS} end",
    "reference": "case when n % 3 = 0 then 'PO-' || n else '' end",
    "client": "client || jsonb_build_object('name', 'Client ' || n % 10007, 'email', 'c' || n % 10007 || '@x.test')",
    "client_id": "('00000000-0000-8000-8000-' || lpad(to_hex(n * 31 % 10007), 6, '0') || '000000')::uuid",
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

CONDITIONS: dict[str, tuple[Any, Any]] = {
    "id": (None, "000000000000000000000000"),
    "number": ({"gt": "2023-"}, "2024-0400000"),
    "type": ("invoice", "advance"),
    "draft": (False, True),
    "incoming": (False, True),
    "canceled": (False, True),
    "paidInFull": (True, False),
    "currencyId": ("EUR", "USD"),
    "dateYear": ({"gte": 2023}, 2026),
    "date": ({"gte": "2023-02-01"}, {"between": ["2024-03-01", "2024-03-31"]}),
    "dateDue": ({"gte": "2023-02-01"}, {"between": ["2024-03-01", "2024-03-31"]}),
    "createdAt": ({"gte": "2023-02-01"}, {"between": ["2024-03-01", "2024-03-31"]}),
    "updatedAt": ({"gte": "2023-02-01"}, {"between": ["2024-03-01", "2024-03-31"]}),
    "dateService": ({"gte": "2023-02-01"}, {"lt": "2022-01-01"}),
    "issuedAt": ({"gte": "2023-02-01"}, {"lt": "2022-01-01"}),
    "totalWithTax": ({"gt": 0}, {"gt": 12090}),
    "totalDue": (0, {"gt": 12090}),
    "clientId": (None, "000000000000000000000007"),
    "uniqueId": ({"exists": False}, "order-400000"),
    "shareableId": (None, "nothing"),
    "reference": ("", "PO-300000"),
    "note": ("", "nothing"),
    "custom.color": ({"inq": ["red", "green"]}, "black"),
    "_documentClient.name": ({"neq": "Nobody"}, "Client 7"),
    "_documentClient.email": ({"neq": "nobody@x.test"}, "c7@x.test"),
}
"""By documented name: what most of these documents meet, and what few or none do."""


async def _columns(owner: "asyncpg.Connection[Any]", table: str) -> list[str]:
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
        names = await _columns(owner, table)
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

"""No function keeps a plan that reads a whole table because that table was small when the plan was made."""

import re

import asyncpg

BIG = "documents|payments|clients|catalog|events|webhooks|processing|delivery|recurring|usage|organizations"
BY_KEY = {
    "catalog.owner_of_item": "a primary key",
    "catalog.owner_of_tax": "a primary key",
    "clients.owner_of": "a primary key",
    "documents.each_word": "no table",
    "documents.enter_shared": "a unique link",
    "documents.marks_of": "is inlined into what asks for it",
    "documents.note_tally": "inserts",
    "documents.owner_of": "a primary key",
    "documents.with_terms": "its index or none",
    "documents.words_of": "no table",
    "events.begin_era": "one row",
    "events.on_email": "a primary key",
    "events.on_mail_given_up": "a unique key",
    "events.on_refund": "a primary key",
    "events.write": "inserts",
    "organizations.accesses_of": "few rows of an account",
    "organizations.enter": "a primary key",
    "organizations.enter_by_letter": "a primary key",
    "organizations.enter_invitation": "a primary key",
    "organizations.link_invitations": "few rows of an address",
    "organizations.owner_of_access": "a primary key",
    "organizations.owner_of_setting": "a primary key",
    "organizations.reachable": "few rows of an account",
    "payments.marks_of": "is inlined into what asks for it",
    "payments.note_tally": "inserts",
    "payments.owner_of": "a primary key",
    "processing.enter_link": "a unique link",
    "processing.merchant_named": "a unique name",
    "processing.owner_of": "a primary key",
    "processing.owner_of_merchant": "a primary key",
    "recurring.owner_of": "a primary key",
    "webhooks.note_event": "few rows of an organization",
    "webhooks.owner_of": "a primary key",
}
"""What may keep its plan, and why."""


async def test_functions_plan_anew_or_by_an_index(database_url: str) -> None:
    owner = await asyncpg.connect(database_url)
    try:
        rows = await owner.fetch(
            "select n.nspname || '.' || p.proname, p.prosrc, p.proconfig from pg_proc p join pg_namespace n"
            f" on n.oid = p.pronamespace where n.nspname ~ '^({BIG})$'"
        )
    finally:
        await owner.close()
    reads = re.compile(rf"\b(from|join|update|into)\s+({BIG})\.\w+", re.IGNORECASE)
    found = {name: config or [] for name, body, config in rows if reads.search(body)}
    bound = {"plan_cache_mode=force_custom_plan", "enable_seqscan=off"}
    kept = {name for name, config in found.items() if not bound & set(config)}
    assert sorted(kept - BY_KEY.keys()) == []
    assert sorted(BY_KEY.keys() - found.keys()) == [], "named here, and gone or reading nothing"

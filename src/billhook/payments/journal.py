"""The journal: read, summed up, proved."""

from typing import Final

from billhook.db import Tx
from billhook.kernel.ids import Id
from billhook.payments import store
from billhook.payments.columns import ENTRIES
from billhook.payments.model import FIRST_HASH, Balance, Entry, Finding, Head, Surcharged, Unbalanced, Uneven, sealed
from billhook.web import Listing, Query

MOST_FINDINGS: Final = 20
"""What is wrong is listed up to here: who finds this much looks for one cause."""

_LISTED: Final = Listing(
    store.LIST_ENTRIES, store.list_entries, store.COUNT_ENTRIES, store.count_entries, ENTRIES, tie="sequence"
)


async def page_of_journal(tx: Tx, query: Query, *, document_id: str | None = None) -> tuple[list[Entry], int]:
    """Return a page of the organization's journal, or of one document's, and how many entries there are in all.

    Entries come in the order of their sequence unless the query sorts them.
    """
    if document_id is None and not query.where and query.order in ((), (("sequence", "ASC"),), (("sequence", "DESC"),)):
        return await _by_sequence(tx, query)
    if document_id is None:
        return await _LISTED.page(tx, query, tx.shard, tx.organization)
    return await _LISTED.page(tx, query, tx.shard, tx.organization, Id(document_id), only=" and document_id = $3")


async def _by_sequence(tx: Tx, query: Query) -> tuple[list[Entry], int]:
    """Return a page of the whole journal: its entries are numbered without a gap, so which they are is known before."""
    total = (await store.head(tx)).last
    if query.order and query.order[0][1] == "DESC":
        within, way = (total - query.skip - query.limit, total - query.skip), "desc"
    else:
        within, way = (query.skip, query.skip + query.limit), "asc"
    text = f"{store.LIST_ENTRIES} and sequence > $3 and sequence <= $4 order by sequence {way}"
    return await store.list_entries(tx, text, [tx.shard, tx.organization, *within]), total


async def balances(tx: Tx, client_id: str) -> list[Balance]:
    """Return what a client owes, by currency: the sum of all the journal says of it. Currencies are never mixed."""
    return await store.balances(tx, Id(client_id))


async def verify(tx: Tx, *, at_once: int = 2_000) -> list[Finding]:
    """Prove the journal of the organization that was entered anew; return what is wrong (nothing, if all is well).

    The chain is walked from its first entry to where it ended when the walk began, `at_once` entries at a time. Then
    every document's total is held against the journal, its payments and its charge, in one statement; the parts of
    each application of credit against each other; and every surcharge against the journal.
    """
    head = await store.head(tx)
    findings = await _walked(tx, head, at_once)
    if head.last != head.sequence:
        findings.append(Finding("chain", f"it says it ends with entry {head.sequence}, but the last is {head.last}"))
    unbalanced = await store.unbalanced(tx, MOST_FINDINGS)
    uneven = await store.uneven(tx, MOST_FINDINGS)
    surcharged = await store.surcharged(tx, MOST_FINDINGS)
    found = [*map(_finding, unbalanced), *map(_of_credit, uneven), *map(_of_surcharge, surcharged)]
    return [*findings, *found][:MOST_FINDINGS]


async def _walked(tx: Tx, head: Head, at_once: int) -> list[Finding]:
    """Walk along the chain and return where it is broken."""
    findings: list[Finding] = []
    sequence, last = 0, FIRST_HASH
    while sequence < head.sequence and len(findings) < MOST_FINDINGS:
        entries = await store.entries_after(tx, sequence, head.sequence, at_once)
        if not entries:
            findings.append(Finding("chain", f"entries {sequence + 1} to {head.sequence} are missing"))
            return findings
        for entry in entries:
            if entry.sequence != sequence + 1:
                missing = f"entries {sequence + 1} to {entry.sequence - 1} are missing before entry {entry.id}"
                findings.append(Finding("chain", missing))
            elif sealed(last, entry) != entry.hash:
                findings.append(Finding("chain", f"entry {entry.sequence} ({entry.id}) is not what was written"))
            sequence, last = entry.sequence, entry.hash
    if not findings and sequence and last != head.hash:
        findings.append(Finding("chain", f"the chain ends with another hash than that of entry {head.sequence}"))
    return findings


def _finding(row: Unbalanced) -> Finding:
    said = f"{row.total_paid} paid; journal {row.entered}, payments {row.paid}; charged {row.charged} for {row.owed}"
    said += f"; {row.total_credited} credited; journal {row.credited}"
    said += f"; credit applied {row.credit_applied}, payments {row.given}"
    return Finding("totals", f"document {row.number} ({row.id}) is not balanced, in minor units: {said}")


def _of_credit(row: Uneven) -> Finding:
    rest = "a document is missing" if row.rest is None else f"{row.rest} minor units are left over"
    return Finding("totals", f"the parts of the applied credit {row.credit_id} do not cancel out: {rest}")


def _of_surcharge(row: Surcharged) -> Finding:
    text = f"the surcharge of payment {row.id} is {row.surcharge} minor units, and the journal has {row.entered} for it"
    return Finding("totals", text)

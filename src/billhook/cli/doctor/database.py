"""The doctor looks at the database: version, role, migrations, clock, jobs, the journal."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from billhook import payments
from billhook.cli import store
from billhook.cli.database import opened, place
from billhook.cli.doctor.findings import Finding, note, wrong
from billhook.db import Tx, schema
from billhook.kernel.problems import Problem

LEAST_VERSION = 15_00_00
SKEW_SECONDS = 2
FAILS_FOR_LONG = 4
"""Attempts after which a job that fails is no matter of a moment."""


async def look(url: str, *, verify: bool) -> list[Finding]:
    """Look at the database behind an owner's URL; with `verify` prove its journals, too."""
    try:
        async with opened(url, 1) as database, database.open() as tx:
            await store.look_as_owner(tx)
            return [finding async for finding in _findings(tx, url, verify=verify)]
    except Problem as problem:
        if 'role "billhook_app" does not exist' in problem.message:
            remedy = "Start Billhook once, or run `billhook migrate`: both create the role and the tables."
            return [wrong("database", f"{place(url)}: the role billhook_app does not exist", remedy)]
        return [wrong("database", problem.message, "")]


async def _findings(tx: Tx, url: str, *, verify: bool) -> AsyncIterator[Finding]:
    server = await store.server(tx)
    if server.version < LEAST_VERSION:
        yield wrong("database", f"it runs PostgreSQL {server.version_text}", "Use PostgreSQL 15 or newer.")
        return
    yield note("database", f"PostgreSQL {server.version_text} answers at {place(url)}")
    yield _clock(server.now)
    pending = await _migrations(tx)
    yield pending
    if not pending.is_wrong:
        for finding in [*await _jobs(tx), *await _journal(tx, verify=verify)]:
            yield finding


def _clock(theirs: datetime) -> Finding:
    skew = abs((theirs - datetime.now(UTC)).total_seconds())
    if skew > SKEW_SECONDS:
        remedy = "Set both machines' clocks by NTP: tokens, due dates and leases are read on both."
        return wrong("clock", f"the database's clock and ours are {skew:.0f} seconds apart", remedy)
    return note("clock", "the database's clock and ours agree")


async def _migrations(tx: Tx) -> Finding:
    known = {migration.version: migration for migration in schema.migrations()}
    applied = {row.version: row.sha256 for row in await store.applied(tx)} if await store.is_migrated(tx) else {}
    if newer := set(applied) - set(known):
        what = f"the database is newer than this program (version {max(newer)})"
        return wrong("migrations", what, "Use the newer Billhook that was here before.")
    if changed := [known[v].name for v, sha256 in applied.items() if known[v].sha256 != sha256]:
        what = f"changed after they were applied: {', '.join(changed)}"
        return wrong("migrations", what, "Install Billhook anew: its migrations are not to be edited.")
    if pending := set(known) - set(applied):
        return wrong("migrations", f"{len(pending)} are not applied", "Start Billhook, or run `billhook migrate`.")
    return note("migrations", f"all {len(known)} are applied")


async def _jobs(tx: Tx) -> list[Finding]:
    remedy = "Mend the cause; then set them free: update jobs.job set state = 'due', attempts = 0 where state = 'dead';"
    findings = [
        wrong("jobs", f"{dead.jobs} of kind {dead.kind} were given up, at last with: {dead.error}", remedy)
        for dead in await store.dead_jobs(tx)
    ]
    retried = await store.failing_jobs(tx)
    again = "Mend the cause. Each is tried again, later and later, until it succeeds or is given up."
    for kind in retried:
        if kind.attempts >= FAILS_FOR_LONG:
            what = f"{kind.jobs} of kind {kind.kind} fail and are tried again, up to {kind.attempts} times so far"
            findings.append(wrong("jobs", f"{what}, at last with: {kind.error}", again))
    if overdue := await store.overdue_jobs(tx):
        what = f"{overdue} have been waiting for more than five minutes"
        findings.append(wrong("jobs", what, "Start a worker: `billhook serve`, or `billhook worker` beside it."))
    trying = "; ".join(f"{kind.jobs} of kind {kind.kind} tried again after: {kind.error}" for kind in retried)
    return findings or [note("jobs", "none was given up, none is late" + (f"; {trying}" if trying else ""))]


async def _journal(tx: Tx, *, verify: bool) -> list[Finding]:
    """Prove every organization's journal anew: its chain, and the totals that are folds of it."""
    if not verify:
        return [note("journal", "not looked at; `billhook doctor --verify` proves every entry and every total")]
    remedy = "Stop, keep a copy of the database, and report this: it is a fault of Billhook, or somebody edited rows."
    found: list[Finding] = []
    organizations = await store.organizations(tx)
    for organization in organizations:
        tx.enter(organization)
        wrongs = await payments.verify(tx)
        found += [wrong("journal", f"of organization {organization}: {one.text}", remedy) for one in wrongs]
    return found or [note("journal", f"proved for {len(organizations)} organizations")]

"""`billhook doctor`: what is wrong with an installation, and how to mend it."""

import asyncio
from collections.abc import Mapping

from billhook.cli.doctor import database, outside
from billhook.cli.doctor.findings import Finding, note, report, wrong
from billhook.cli.keeper import Keeper
from billhook.kernel.problems import Problem
from billhook.settings import Settings, SettingsRefused, load

__all__ = ["Finding", "examine", "report"]


def examine(environ: Mapping[str, str], overrides: Mapping[str, object], *, verify: bool = False) -> list[Finding]:
    """Look at everything that can be looked at; what depends on something broken is left out.

    With `verify` every organization's journal is proved anew, which reads all of it.
    """
    try:
        settings = load(environ, overrides)
    except SettingsRefused as refused:
        remedy = "Correct the variable; `billhook settings` lists all there are."
        return [wrong("settings", problem.message, remedy) for problem in refused.problems]
    findings = [note("settings", f"{len(settings.sources)} set, all of them valid"), *outside.addresses(settings)]
    findings += outside.data_dir(settings)
    return findings + asyncio.run(_examine(settings, verify=verify))


async def _examine(settings: Settings, *, verify: bool) -> list[Finding]:
    press, mail = asyncio.create_task(outside.press()), asyncio.create_task(outside.mail(settings))
    return [*await _database(settings, verify=verify), *await press, *await mail]


async def _database(settings: Settings, *, verify: bool) -> list[Finding]:
    if not settings.database_url and not (settings.data_dir / "postgres").exists():
        return [note("database", f"there is none yet in {settings.data_dir}; `billhook serve` makes it")]
    try:
        keeper = await asyncio.to_thread(Keeper, settings)
    except Problem as problem:
        return [wrong("database", problem.message, "")]
    try:
        return await database.look(keeper.url, verify=verify)
    finally:
        await asyncio.to_thread(keeper.stop)

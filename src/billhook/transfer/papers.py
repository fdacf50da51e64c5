"""Many papers in one ZIP: each is printed when its turn comes, and only one is in memory at a time."""

import re
import zipfile
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from billhook import documents
from billhook.db import Database, Tx
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault, Invalid
from billhook.transfer import store
from billhook.transfer.exporting import DESK
from billhook.transfer.tables import Paper

MAX_PAPERS: Final = 500
"""Papers in one file."""


async def papers(tx: Tx, wanted: list[str]) -> list[Paper]:
    """Return documents of the organization that was entered, in the order asked for, each once.

    Raises Invalid, Busy.
    """
    DESK.check()
    wanted = list(dict.fromkeys(wanted))
    if not wanted or len(wanted) > MAX_PAPERS:
        raise Invalid("query", [Fault("ids", "length", f"must name 1 to {MAX_PAPERS} documents")])
    known = [Id(one) for one in wanted if ids.is_id(one)]
    found = {paper.id: paper for paper in await store.papers(tx, known)}
    missing = [one for one in wanted if one not in found]
    if missing:
        named = ", ".join(one[:40] for one in missing[:10])
        raise Invalid("query", [Fault("ids", "inclusion", f"names what is no document here: {named}")])
    return [found[Id(one)] for one in wanted]


async def zipped(
    database: Database,
    press: documents.Press,
    account: Id,
    organization: Id,
    wanted: list[Paper],
    language: str | None,
) -> AsyncGenerator[bytes, None]:
    """Yield a ZIP of the PDFs of documents, in a language (default: each one's own). Raises Invalid, Busy."""
    async with DESK.place(), aclosing(_pieces(database, press, account, organization, wanted, language)) as pieces:
        async for piece in pieces:
            yield piece


async def _pieces(
    database: Database,
    press: documents.Press,
    account: Id,
    organization: Id,
    wanted: list[Paper],
    language: str | None,
) -> AsyncGenerator[bytes, None]:
    sink, taken = _Sink(), set[str]()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as file:  # a PDF is compressed already
        for paper in wanted:

            async def enter(tx: Tx, paper: Paper = paper) -> Id:
                tx.enter(organization)
                return paper.id

            _, content = await documents.pdf(database, press, enter, account=account, language=language)
            at = paper.at
            stamp = (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second)
            file.writestr(zipfile.ZipInfo(_name(paper, taken), stamp), content)
            yield sink.take()
    yield sink.take()


def _name(paper: Paper, taken: set[str]) -> str:
    """Return the name of a paper's file: its number, and its type or id where numbers are alike or there is none."""
    number = re.sub(r"[^\w.-]+", "-", paper.number or "").strip(".-")
    choices = (number, f"{paper.type}-{number}", f"{paper.type}-{number}-{paper.id}")
    name = next(choice for choice in choices if number and choice not in taken) if number else f"draft-{paper.id}"
    taken.add(name)
    return f"{name}.pdf"


class _Sink:
    """What a ZIP is written to that nobody seeks in: what was written since somebody took it."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes, /) -> int:
        """Keep bytes until they are taken."""
        self._written += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: bytes are taken, not flushed."""

    def close(self) -> None:
        """Do nothing: what was written can still be taken."""

    def take(self) -> bytes:
        """Return what was written, and forget it."""
        taken = bytes(self._written)
        self._written.clear()
        return taken

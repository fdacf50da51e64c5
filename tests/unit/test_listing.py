"""A page of a list: what is asked of the database, and when rows are counted."""

from typing import Any, cast

import pytest

from billhook.db import Tx
from billhook.web import Column, Listing, Query

COLUMNS = {"id": Column("id", "id"), "name": Column("name")}
TX = cast("Tx", None)


class Asked:
    """Stands for the database: it notes what it is asked, and answers from a list of so many rows."""

    def __init__(self, there: int, *, softly: bool = False) -> None:
        self.there, self.texts, self.arguments = there, [""], [[""]]
        self.listing: Listing[int] = Listing("rows", self.rows, "count", self.counts, COLUMNS, softly=softly)

    async def rows(self, _: Tx, text: str, arguments: list[Any]) -> list[int]:
        limit, _, skip = text.rpartition(" limit ")[2].partition(" offset ")
        self.texts, self.arguments = [text], [arguments]
        return list(range(self.there))[int(skip) :][: int(limit)]

    async def counts(self, _: Tx, text: str, arguments: list[Any]) -> list[int]:
        self.texts.append(text)
        self.arguments.append(arguments)
        return [self.there]


@pytest.mark.parametrize(
    ("there", "skip", "limit", "counted"),
    [
        (0, 0, 5, False),
        (4, 0, 5, False),
        (5, 0, 5, True),  # there may be a sixth
        (9, 0, 5, True),
        (9, 5, 5, False),  # the last page shows by itself how many there are
        (10, 5, 5, True),
        (3, 5, 5, True),  # a page behind the last shows nothing
    ],
)
async def test_a_page_is_counted_only_where_it_does_not_show_the_total(
    there: int, skip: int, limit: int, *, counted: bool
) -> None:
    asked = Asked(there)
    rows, total = await asked.listing.page(TX, Query(skip=skip, limit=limit))
    assert (len(rows), total) == (max(0, min(limit, there - skip)), there)
    assert len(asked.texts) == 1 + counted


async def test_page_and_count_ask_the_same_of_both_statements() -> None:
    asked = Asked(7, softly=True)
    query = Query(where={"name": "Ann"}, order=(("name", "DESC"),), limit=2, skip=4)
    await asked.listing.page(TX, query, 11, "tenant", only=" and kind = $2")
    where = " and kind = $2 and deleted_at is null and name = $3::text"
    assert asked.texts == [f"rows{where} order by name DESC, id DESC limit 2 offset 4", f"count{where}"]
    assert asked.arguments == [[11, "tenant", "Ann"]] * 2
    assert await asked.listing.count(TX, query.where, 11, "tenant", only=" and kind = $2") == 7
    assert asked.texts[-1] == f"count{where}"


async def test_what_was_deleted_softly_is_seen_by_who_asks_for_it() -> None:
    asked = Asked(1, softly=True)
    await asked.listing.page(TX, Query(limit=1, deleted=True))
    assert asked.texts == ["rows order by id ASC limit 1 offset 0", "count"]
    kept = Asked(1)
    await kept.listing.page(TX, Query(limit=1))
    assert kept.texts == asked.texts

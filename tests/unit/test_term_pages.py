"""Pages by marks: the marks said hold every row of the page, and no more than those that do."""

import random

from billhook.documents.service.terms import between
from billhook.kernel.ids import Id
from billhook.web import Mark


def id_of(place: int) -> Id:
    return Id(f"{place:024d}")


def test_a_page_stands_between_its_marks() -> None:
    seed = random.randrange(10**6)
    rng = random.Random(seed)
    for _ in range(300):
        counts = [rng.choice([0, 0, 1, 3, 8]) for _ in range(rng.randint(1, 7))]
        marks = [Mark("", id_of(at * 10), n) for at, n in enumerate(counts)]
        rows = [id_of(at * 10 + one) for at, n in enumerate(counts) for one in range(n)]
        skip, limit, descending = rng.randint(0, 20), rng.randint(1, 9), rng.random() < 0.5
        low, high, left = between(marks, skip, limit, descending=descending)
        wanted = (rows[::-1] if descending else rows)[skip : skip + limit]
        inside = [row for row in rows if (low is None or row >= low) and (high is None or row < high)]
        found = (inside[::-1] if descending else inside)[left : left + limit]
        assert found == wanted, (seed, counts, skip, limit, descending)
        least = sum(n for at, n in enumerate(counts) if set(wanted) & {id_of(at * 10 + one) for one in range(n)})
        assert not wanted or len(inside) == least, (seed, counts, skip, limit, descending)


def test_without_marks_nothing_is_bounded() -> None:
    assert between([], 5, 10, descending=False) == (None, None, 5)

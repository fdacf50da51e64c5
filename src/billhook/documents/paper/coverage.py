"""Which characters the shipped fonts can draw, and which font families a text needs."""

from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path

FONTS = Path(__file__).parents[1] / "fonts"
MAIN_FAMILY = "Noto Sans"


@cache
def families() -> dict[str, frozenset[str]]:
    """Return family -> characters each of its faces has, in order of preference (`fonts/coverage.txt`)."""
    found = {}
    for row in (FONTS / "coverage.txt").read_text().splitlines():
        family, _, ranges = row.partition(": ")
        found[family] = frozenset(character for run in ranges.split() for character in _run(run))
    return found


def _run(run: str) -> list[str]:
    first, _, last = run.partition("-")
    return [chr(point) for point in range(int(first, 16), int(last or first, 16) + 1)]


@cache
def covered() -> frozenset[str]:
    """Return every character some shipped family has."""
    return frozenset().union(*families().values())


def needed(characters: AbstractSet[str]) -> list[str]:
    """Return the families that draw these characters, the main one first.

    A short list keeps the compiler from asking thirty fonts for each Chinese character.
    """
    chosen = [MAIN_FAMILY]
    left = characters - families()[MAIN_FAMILY]
    for family, characters_of_family in families().items():
        if left & characters_of_family:
            chosen.append(family)
            left -= characters_of_family
    return chosen

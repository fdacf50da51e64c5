"""Colours: what was meant, how well they read, and the shades that do."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billhook.kernel.colour import BLACK, HOUSE, LEAST_CONTRAST, WHITE, contrast, parse, readable, text_on

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"{number:06x}")


@pytest.mark.parametrize(
    ("said", "meant"),
    [("0b6e4f", "0b6e4f"), ("#0B6E4F", "0b6e4f"), ("FFEE00", "ffee00"), ("#000", "000000"), ("#aB3", "aabb33")],
)
def test_a_colour_is_written_in_three_ways(said: str, meant: str) -> None:
    assert parse(said) == meant


@pytest.mark.parametrize(
    "said", ["", "#", "red", "green", "fff", "#12345", "12345g", "##0b6e4f", "0b6e4f;}", "0b6e4f\n", "٠٠٠٠٠٠", None, 17]
)
def test_what_is_no_colour(said: Any) -> None:
    assert parse(said) is None


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("000000", "ffffff", "21"),
        ("ffffff", "ffffff", "1"),
        ("767676", "ffffff", "4.54"),
        ("ff0000", "ffffff", "4.00"),
        ("858500", "ffffff", "3.92"),
    ],
)
def test_contrast_is_what_the_guidelines_say(one: str, other: str, ratio: str) -> None:
    assert round(contrast(one, other), 2) == Decimal(ratio)
    assert contrast(one, other) == contrast(other, one)


@given(COLOURS, COLOURS)
def test_any_colour_can_be_made_readable(colour: str, ground: str) -> None:
    end = max((BLACK, WHITE), key=lambda end: contrast(end, ground))
    shade = readable(colour, ground, end)
    assert contrast(shade, ground) >= LEAST_CONTRAST
    if contrast(colour, ground) >= LEAST_CONTRAST:
        assert shade == colour


@pytest.mark.parametrize(
    ("colour", "ground", "towards", "shown"),
    [
        (HOUSE, WHITE, BLACK, HOUSE),
        ("000000", WHITE, BLACK, "000000"),
        ("ffffff", WHITE, BLACK, "727272"),
        ("ffff00", WHITE, BLACK, "727200"),
        ("000000", BLACK, WHITE, "7f7f7f"),
        ("ffd000", "ffd000", "ffd000", "ffd000"),
    ],
)
def test_a_colour_moves_no_farther_than_it_must(colour: str, ground: str, towards: str, shown: str) -> None:
    assert readable(colour, ground, towards) == shown


@given(COLOURS)
def test_text_can_be_read_on_any_colour(colour: str) -> None:
    assert contrast(text_on(colour), colour) >= LEAST_CONTRAST


@pytest.mark.parametrize(("colour", "text"), [(HOUSE, WHITE), ("ffee00", "1c2126"), ("ff0000", BLACK)])
def test_text_is_no_darker_than_it_must_be(colour: str, text: str) -> None:
    assert text_on(colour) == text

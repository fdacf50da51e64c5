"""The accent: two shades of an organization's colour, each of which can be read; and the colours of ours around it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billhook import pages
from billhook.kernel.colour import HOUSE, LEAST_CONTRAST, contrast
from billhook.pages.theme import DARK_GROUND, LIGHT_GROUND, theme_of

CSS = (Path(pages.__file__).parent / "static" / "pages.css").read_text("utf-8")
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"{number:06x}")


def declared() -> dict[str, dict[str, str]]:
    """The custom properties of the style sheet that are colours: by day, and by night."""
    light, dark = (block for block in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2])
    found: dict[str, dict[str, str]] = {"light": {}, "dark": {}}
    for name, block in (("light", light), ("dark", dark)):
        for key, value in re.findall(r"--([a-z-]+): #([0-9a-f]{3,6});", block):
            found[name][key] = value if len(value) == 6 else "".join(c * 2 for c in value)
    return found


@given(COLOURS)
def test_any_colour_can_be_read_by_day_and_by_night(colour: str) -> None:
    theme = theme_of(colour)
    for ground in (LIGHT_GROUND, "ffffff"):
        assert contrast(theme.light, ground) >= LEAST_CONTRAST
    for ground in (DARK_GROUND, declared()["dark"]["ground"]):
        assert contrast(theme.dark, ground) >= LEAST_CONTRAST


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert theme_of("0b6e4f").light == "0b6e4f"
    assert theme_of("#0B6E4F") == theme_of("0b6e4f")
    assert theme_of("ffd000").dark == "ffd000"
    assert theme_of("ffd000").light != "ffd000"


@pytest.mark.parametrize("colour", ["", "green", "#12345", "12345g", "javascript:x", "0b6e4f;}"])
def test_what_is_no_colour_gives_ours(colour: str) -> None:
    assert theme_of(colour) == theme_of(HOUSE)


def test_the_grounds_are_those_of_the_style_sheet() -> None:
    assert declared()["light"]["ground"] == LIGHT_GROUND
    assert declared()["dark"]["sheet"] == DARK_GROUND


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_on_everything_they_stand_on(scheme: str) -> None:
    colours = declared()[scheme]
    pairs = [(words, ground) for words in ("ink", "soft") for ground in ("ground", "sheet")]
    pairs += [(tone, f"{tone}-wash") for tone in ("good", "warn", "bad", "calm")]
    pairs += [("on-accent", "accent"), ("ink", "calm-wash")]
    low = {pair: contrast(*(colours[name] for name in pair)) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < LEAST_CONTRAST} == {}

"""Build the fonts Billhook ships, and the list of what they cover, from Debian's Noto, Droid and Nanum packages.

Screen hinting is taken out (paper needs none; a third of the bytes). Run: `python tools/build_fonts.py [FONTS_DIR]`.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

SOURCE = Path("/usr/share/fonts/truetype")
TARGET = Path(__file__).parents[1] / "src/billhook/documents/fonts"
FACES = ("Regular", "Bold")
# The order is the order of preference: the first family that has a character draws it.
NOTO = (
    "NotoSans NotoSansArabic NotoSansHebrew NotoSansThai NotoSansDevanagari NotoSansBengali NotoSansTamil "
    "NotoSansTelugu NotoSansGujarati NotoSansKannada NotoSansMalayalam NotoSansGurmukhi NotoSansOriya "
    "NotoSansSinhala NotoSansMyanmar NotoSansKhmer NotoSansLao NotoSansGeorgian NotoSansArmenian NotoSansEthiopic "
    "NotoSansThaana"
).split()
# No bold for these: a heavy font for little use; their regular face stands in.
REGULAR_ONLY = ("NotoSerifTibetan", "NotoSansTifinagh", "NotoSansMath", "NotoSansSymbols", "NotoSansSymbols2")
HAN = "droid/DroidSansFallbackFull.ttf"
# Only its Hangul, under a name of our own: the font's licence reserves its name for the unmodified font.
HANGUL = "nanum/NanumGothic.ttf"
HANGUL_BLOCKS = (*range(0x1100, 0x1200), *range(0x3130, 0x3190), *range(0xAC00, 0xD7A4))
HANGUL_FAMILY = "Billhook Hangul"


def main(source: Path) -> None:
    """Write every font and the coverage list to the target directory."""
    names = [f"noto/{family}-{face}.ttf" for family in NOTO for face in FACES]
    names += [f"noto/{family}-Regular.ttf" for family in REGULAR_ONLY]
    covered: dict[str, set[int]] = {}
    total = 0
    for name in [*names, HAN, HANGUL]:
        target = TARGET / ("BillhookHangul-Regular.ttf" if name == HANGUL else Path(name).name)
        family, characters = slim(source / name, target, hangul=name == HANGUL)
        total += target.stat().st_size
        # A character counts only when each face has it: a bold total must not fail where a regular one works.
        covered[family] = covered.get(family, characters) & characters
    lines = [f"{family}: {' '.join(ranges(characters))}\n" for family, characters in covered.items()]
    (TARGET / "coverage.txt").write_text("".join(lines))
    print(f"{len(names) + 2} fonts, {total} bytes, {len(set().union(*covered.values()))} characters")


def slim(source: Path, target: Path, *, hangul: bool = False) -> tuple[str, set[int]]:
    """Write a font without hinting (or only its Hangul, renamed); return its family and its code points."""
    options = subset.Options(
        hinting=False, layout_features=["*"], name_IDs=["*"], notdef_outline=True, recalc_timestamp=False
    )
    font = TTFont(source, recalcTimestamp=False)
    characters = set(font.getBestCmap())
    if hangul:
        characters &= set(HANGUL_BLOCKS)
        for record in font["name"].names:
            if record.nameID in (1, 3, 4, 6, 16):
                record.string = HANGUL_FAMILY.replace(" ", "") if record.nameID == 6 else HANGUL_FAMILY
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    font.save(target)
    return font["name"].getDebugName(1), characters


def ranges(characters: set[int]) -> list[str]:
    """Return code points as hex ranges: `20-7e`, `a0`."""
    runs: list[list[int]] = []
    for point in sorted(characters):
        if runs and point == runs[-1][1] + 1:
            runs[-1][1] = point
        else:
            runs.append([point, point])
    return [f"{first:x}" if first == last else f"{first:x}-{last:x}" for first, last in runs]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE)

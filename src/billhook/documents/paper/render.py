"""Render a view to PDF/A-3a + PDF/UA-1 with typst, in process: it reads what it is passed and fetches nothing."""

import re
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import typst

from billhook.documents.paper.coverage import FONTS, needed
from billhook.documents.paper.sanitise import Alphabet, characters_of, drawable
from billhook.documents.paper.view import PaperView
from billhook.kernel.colour import BLACK, HOUSE, WHITE, parse, readable

STANDARDS: Final[list[Literal["a-3a", "ua-1"]]] = ["a-3a", "ua-1"]
TRIES = 8
"""Compiles per document: a first one, some with fewer characters, without pictures, with plain letters only."""

_SHEET = str(Path(__file__).parent / "sheet")
"""The template's folder. As root and package path it lets it read no file but itself, and find no package to fetch."""
_MAIN = b'#import "document.typ": sheet\n#sheet(json("data.json"))'
"""All that is read anew for each document: the template stays a file, which the compiler parses once."""
_LANGUAGE = re.compile(r"(?P<lang>[A-Za-z]{2,3})(?:-(?P<script>[A-Za-z]{4}))?(?:-(?P<region>[A-Za-z]{2}))?\Z")
_REFUSED = re.compile(
    r'the text (?:`"(.*?)"` could not be displayed|contains the disallowed codepoint `"(.*?)"`)', re.DOTALL
)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")
_MODULES = re.compile(r'viewBox="0 0 (\d{2,3}) ')
_PAGE = b"/Type/Page/"
"""Stands once for each page in what the compiler writes."""
_MOST_LINES = 8
"""With more lines, a sheet is not believed to be a single page."""


def render(view: PaperView, *, issued_at: int) -> bytes:
    """Return the PDF of a view; `issued_at` is in Unix seconds and becomes its creation date.

    The same view and instant give the same bytes in any process. Raises typst.TypstError only when the template itself
    is at fault: a character no font can draw or a picture that cannot be read is left out.
    """
    alphabet = Alphabet(view.direction)
    pictures = _pictures(view)
    for _ in range(TRIES - 1):
        try:
            return _compile(_data(view, alphabet, pictures), pictures, issued_at)
        except typst.TypstError as error:
            if alphabet.refuse(_refused_text(error)):
                continue
            if pictures:
                pictures = {}
            elif not alphabet.only_plain():
                raise
        except BaseException as panic:
            if type(panic).__name__ != "PanicException":  # the class has no importable name
                raise
            if not alphabet.only_plain():
                if not pictures:
                    raise
                pictures = {}
    alphabet.only_plain()
    return _compile(_data(view, alphabet, {}), {}, issued_at)


def _compile(data: dict[str, Any], pictures: dict[str, bytes], issued_at: int) -> bytes:
    """Compile as the single page that most are, and once more where it was not."""
    pdf = _compile_once(data, pictures, issued_at)
    if data["set"]["one_page"] and pdf.count(_PAGE) != 1:
        data["set"]["one_page"] = False
        pdf = _compile_once(data, pictures, issued_at)
    return pdf


def _compile_once(data: dict[str, Any], pictures: dict[str, bytes], issued_at: int) -> bytes:
    files = {"main.typ": _MAIN, "data.json": msgspec.json.encode(data)}
    files |= {f"{name}.svg": picture for name, picture in pictures.items()}
    try:
        pdf = _compiler().compile(files, timestamp=issued_at, pdf_standards=STANDARDS)  # type: ignore[type-var, arg-type]
    except typst.TypstError:
        raise
    except BaseException:  # it has panicked, and nobody knows in what state it is
        _compiler.cache_clear()
        raise
    if not isinstance(pdf, bytes):
        raise TypeError("one document must be one file")
    return pdf


def _pictures(view: PaperView) -> dict[str, bytes]:
    texts = {"logo": view.logo, "signature_image": view.signature_image, "qr": view.payment.qr if view.payment else ""}
    return {name: text.encode(errors="ignore") for name, text in texts.items() if text}


def _data(view: PaperView, alphabet: Alphabet, pictures: dict[str, bytes]) -> dict[str, Any]:
    """Return what the template reads: the view's strings made drawable, plus how to set them."""
    shown = msgspec.to_builtins(view)
    for picture in ("logo", "signature_image"):
        del shown[picture]
    if view.payment:
        del shown["payment"]["qr"]
    data: dict[str, Any] = drawable(shown, alphabet)
    language = _LANGUAGE.match(view.language)
    data["set"] = {
        "lang": language["lang"].lower() if language else "en",
        "region": language["region"] if language else None,
        "script": language["script"].lower() if language and language["script"] else "auto",
        "accent": f"#{readable(parse(view.accent) or HOUSE, WHITE, BLACK)}",
        "fonts": needed(characters_of(data) | set("□0123456789/")),
        "pictures": sorted(pictures),
        "footer_lines": _lines_of(data["footer"]),
        "one_page": len(view.lines) <= _MOST_LINES,
        "qr_mm": _qr_mm(view.payment.qr) if view.payment else 0,
    }
    return data


def _lines_of(footer: str) -> int:
    """Estimate the lines of the footer, which the page's bottom margin must hold."""
    return min(sum(1 + len(line.encode()) // 120 for line in footer.split("\n")), 12)


def _qr_mm(svg: str) -> int:
    """Return the width at which a module of the code is at least 0.45 mm wide, as cameras of cheap phones want it."""
    modules = _MODULES.search(svg)
    return max(30, int(modules[1]) * 45 // 100) if modules else 30


def _refused_text(error: typst.TypstError) -> str:
    """Return the characters the compiler says it cannot draw, or an empty text when it complains of something else."""
    found = _REFUSED.findall(error.diagnostic or error.message)
    text = "".join(undrawn or disallowed for undrawn, disallowed in found)
    return _ESCAPED.sub(lambda part: chr(int(part[1], 16)) if part[1] else part[2], text.replace("\\n", ""))


@cache
def _compiler() -> typst.Compiler:
    """Return the compiler, which keeps its library and what it laid out from one document to the next."""
    return typst.Compiler(  # type: ignore[type-var]  # the stub does not know in-memory projects
        {"main.typ": b""},
        root=_SHEET,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]),
        ignore_system_fonts=True,
        package_path=_SHEET,
        package_cache_path=_SHEET,
    )

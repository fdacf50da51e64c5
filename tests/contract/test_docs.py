"""The documentation against what it speaks of: links, generated pages, examples, and the commands it gives."""

import asyncio
import json
import re
import tomllib
from pathlib import Path

import pytest
from tests import outfit
from tests.unit import test_totals
from tests.world import World
from tools import build_reference_docs

from billhook.cli.program import program
from billhook.documents.model import smartcodes
from billhook.settings import Settings, describe
from billhook.web.filters import compiler, query

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(path: Path, language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(path.read_text("utf-8")) if kind == language]


async def run(script: str, base_url: str, folder: Path) -> str:
    """Run what a reader would paste into a shell, against the server of the tests; return what it prints."""
    outfit.program("curl")
    process = await asyncio.create_subprocess_exec(
        "bash", "-euo", "pipefail", "-c", script.replace("http://127.0.0.1:8000", base_url),
        cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode() + out.decode()
    return out.decode()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    assert [link for link in LINK.findall(path.read_text("utf-8")) if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_settings_commands_and_targets_that_are_named_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    known = {row.variable for row in describe(Settings())}
    known |= {f"{row.variable}_FILE" for row in describe(Settings()) if row.secret}
    assert set(re.findall(r"BILLHOOK_[A-Z_]*[A-Z]", text)) <= known
    code = "\n".join([*blocks(path, "sh"), *re.findall(r"`([^`\n]+)`", text)])
    named = re.findall(r"(?<!from )\bbillhook ([a-z]+)", code)
    assert set(named) <= set(program.commands)
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"\bmake ([a-z]+)", code)) <= set(targets)


@pytest.mark.parametrize("page", build_reference_docs.PAGES)
def test_generated_pages_are_up_to_date(page: str) -> None:
    written = (build_reference_docs.REFERENCE / page).read_text("utf-8")
    assert written == build_reference_docs.PAGES[page](), "run tools/build_reference_docs.py"


def test_every_guide_is_in_their_index() -> None:
    index = (DOCS / "guides" / "README.md").read_text("utf-8")
    guides = {path.name for path in (DOCS / "guides").glob("*.md")} - {"README.md"}
    assert {name for name in guides if f"]({name})" not in index} == set()


def test_decisions_are_numbered_listed_and_alike() -> None:
    found = sorted((DOCS / "decisions").glob("0*.md"))
    listed = (DOCS / "decisions" / "README.md").read_text("utf-8")
    for number, path in enumerate(found, 1):
        text = path.read_text("utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        assert title.startswith(f"{number:04d}: ")
        assert f"[{title}]({path.name})" in listed
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
        assert len(text.splitlines()) <= 60, "more than a page"


def examples() -> list[dict[str, object]]:
    return [tomllib.loads(block) for block in blocks(DOCS / "reference" / "totals.md", "toml")]


@pytest.mark.parametrize("example", examples(), ids=[str(example["shows"]) for example in examples()])
def test_the_examples_of_totals_hold(example: dict[str, object]) -> None:
    test_totals.test_worked_example(example)


def test_the_filter_language_is_described_whole() -> None:
    text = (DOCS / "reference" / "filters.md").read_text("utf-8")
    operators = {*compiler._COMPARE, *compiler._PATTERN, "eq", "neq", "inq", "nin", "between", "exists", "and", "or"}
    assert {word for word in operators if f"`{word}`" not in text} == set()
    assert f"{compiler.MAX_CONDITIONS} conditions, {compiler.MAX_DEPTH} levels" in text
    assert f"{compiler.MAX_VALUES:,} values in a list, {compiler.MAX_PATTERN} characters" in text
    assert f"{query.MAX_ROWS} at most" in text
    assert f"at most {query.MAX_SKIP:,}" in text


def test_every_smart_code_is_described() -> None:
    text = (DOCS / "reference" / "smart-codes.md").read_text("utf-8").lower()
    assert {code for code in smartcodes.KNOWN if f"`[{code}]`" not in text} == set()


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) < 100


def quick_start() -> str:
    return next(block for block in blocks(ROOT / "README.md", "sh") if "curl" in block)


async def test_the_curls_of_the_readme_end_with_a_paid_invoice(world: World, tmp_path: Path) -> None:
    invoice = json.loads(await run(quick_start(), world.base_url, tmp_path))
    assert invoice["number"] == f"{world.clock.now().year}-00001"
    assert (invoice["totalWithTax"], invoice["totalDue"], invoice["paidInFull"]) == (12100, 0, True)

"""Style as a test: what taste decided once and a machine can keep."""

import ast
import io
import re
import subprocess
import tokenize
import tomllib
from pathlib import Path

import pytest
from tools.build_schema import SCHEMA, dump

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "billhook"
MODULES = sorted(SRC.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MAX_LINES = 400
MAX_FUNCTION_LINES = 60
ROOMS = {path.name for path in SRC.iterdir() if (path / "__init__.py").exists()}
OPEN_PARTS = {"model", "events"}
"""What another room may open beside the front door."""
COMPOSITION_ROOTS = {"app", "worker", "cli"}
"""Where rooms are wired together, and whatever is inside them may be needed."""
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "base", "misc"}


def ours() -> list[Path]:
    """Every file of the project, whether it is committed already or not."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in out.splitlines() if (ROOT / line).is_file()]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_in_one_line_what_it_is_for(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert docstring, "no module docstring"
    assert docstring.splitlines()[0].strip()


@pytest.mark.parametrize("path", [*MODULES, *TESTS, *sorted(SRC.rglob("queries.sql"))], ids=name)
def test_files_are_short_and_named_for_what_they_hold(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MAX_LINES
    assert path.stem not in FORBIDDEN_NAMES


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_functions_fit_on_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and path.name != "store.py":
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            limit = MAX_FUNCTION_LINES + 30 * _is_one_call(node)
            assert length <= limit, f"{node.name} is {length} lines"


def _is_one_call(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A function that only fills in one struct reads like a table; it may be longer."""
    body = [part for part in node.body if not isinstance(part, ast.Expr)]
    return bool(body) and isinstance(body[-1], ast.Return) and len(body) <= 3


def float_lines(source: str) -> list[int]:
    """Return the lines that say `float`, but for instants and durations of the event loop: those are floats by its API."""
    tree = ast.parse(source)
    clocks = set()
    for node in ast.walk(tree):
        named = (
            node.arg
            if isinstance(node, ast.arg)
            else ast.unparse(node.target)
            if isinstance(node, ast.AnnAssign)
            else ""
        )
        if named.endswith(("seconds", "deadline", "timeout")):
            clocks |= {id(part) for part in ast.walk(node)}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "float" and id(node) not in clocks
    ]


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_float_near_money(path: Path) -> None:
    assert float_lines(path.read_text("utf-8")) == []


def test_the_float_test_sees_floats() -> None:
    assert float_lines("def wait(seconds: float, deadline: float) -> None: ...") == []
    assert float_lines("price: float = 1") == [1]
    assert float_lines("seconds = 1\ntotal = float(seconds)") == [2]


def front_door(room: str) -> set[str]:
    """Return what a room's `__init__.py` offers; its `__all__`."""
    for node in ast.parse((SRC / room / "__init__.py").read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def back_doors(path: Path) -> list[str]:
    """Return the imports of a module that reach into another room elsewhere than by its front door."""
    room, found = path.relative_to(SRC).parts[0], []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            targets = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for target in targets:
            house, _, rest = target.partition(".")
            other, *inside = rest.split(".")
            if house != "billhook" or other not in ROOMS - {room, "kernel"} or not inside:
                continue
            if inside[0] not in OPEN_PARTS | front_door(other):
                found.append(f"line {node.lineno}: {target}")
    return found


def test_the_floors_are_drawn_as_they_are_checked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    checked = [floor.split(" | ") for floor in project["tool"]["importlinter"]["contracts"][0]["layers"]]
    drawn: list[list[str]] = []
    for line in (ROOT / "ARCHITECTURE.md").read_text("utf-8").split("```")[1].strip().splitlines():
        named = re.split(r" {2,}", line.removeprefix("  | "))[0].split(" | ")
        if line.startswith("  | "):
            drawn[-1] += named
        else:
            drawn.append(named)
    assert drawn == checked


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_other_rooms_come_in_by_the_front_door(path: Path) -> None:
    if path.relative_to(SRC).parts[0] not in COMPOSITION_ROOTS:
        assert back_doors(path) == []


def comments(path: Path) -> list[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=name)
def test_every_ignore_names_its_rule_and_a_reason(path: Path) -> None:
    for number, comment in comments(path):
        if "noqa" in comment:
            assert re.search(r"# noqa: [A-Z]+[0-9]+(, [A-Z]+[0-9]+)*( - \S|$)", comment), (
                f"line {number}: names no rule"
            )
            assert " - " in comment or path in TESTS, f"line {number}: gives no reason"
        if "type: ignore" in comment:
            assert re.search(r"type: ignore\[[a-z-]+(, [a-z-]+)*\]", comment), f"line {number}: names no rule"


def test_nothing_is_left_open() -> None:
    marks = re.compile(
        r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME"]) + r")\b|(?<![\"'])\b" + "X" * 3 + r"\b"
    )  # "X…" is ISO 4217
    for path in ours():
        if path.suffix in {".py", ".sql", ".md", ".typ", ".css", ".html", ".toml"}:
            assert not marks.search(path.read_text("utf-8")), name(path)


def test_tests_do_not_sleep() -> None:
    for path in TESTS:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "asyncio.sleep", "sleep"}:
                yields = node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
                assert yields, f"{name(path)}:{node.lineno} sleeps"


def codes() -> list[str]:
    """Every `code = "…"` of a class."""
    return [
        str(ast.literal_eval(part.value))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        for part in node.body
        if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "code"
    ]


def test_every_problem_code_is_in_the_reference() -> None:
    reference = (ROOT / "docs" / "reference" / "problems.md").read_text("utf-8")
    assert [code for code in codes() if f"`{code}`" not in reference] == []


def test_a_problem_code_means_one_thing() -> None:
    assert len(codes()) == len(set(codes()))


def test_every_setting_is_in_the_reference() -> None:
    from billhook.settings import Settings, describe

    reference = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    assert [row.variable for row in describe(Settings()) if f"`{row.variable}`" not in reference] == []


def test_every_event_is_in_the_reference() -> None:
    reference = (ROOT / "docs" / "reference" / "events.md").read_text("utf-8")
    for path in SRC.rglob("events.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Constant):
                assert f"`{node.value.value}`" in reference, f"{name(path)}: {node.value.value}"


def test_every_dependency_has_its_line_of_why() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    reference = (ROOT / "docs" / "reference" / "dependencies.md").read_text("utf-8")
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[<>=\[]", line, maxsplit=1)[0] for line in wanted}
    explained = set(re.findall(r"^\| `([^`]+)` \|", reference, re.MULTILINE))
    assert explained ^ names == set(), "one side has what the other has not"


async def test_the_schema_that_is_read_is_the_schema_there_is(database_url: str) -> None:
    assert dump(database_url) == SCHEMA.read_text("utf-8"), "run tools/build_schema.py"

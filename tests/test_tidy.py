"""Style as a test: what taste decided once and a machine can keep."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src" / "billhook"
MODULES = sorted(SRC.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MAX_LINES = 400
MAX_FUNCTION_LINES = 60
ROOMS = {path.name for path in SRC.iterdir() if (path / "__init__.py").exists()}
OPEN_PARTS = {"model", "events"}
"""What another room may open beside the front door."""
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "base", "misc"}


def tracked() -> list[Path]:
    out = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607
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


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_float_near_money(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Name) and node.id == "float" and "seconds" not in ast.unparse(_parent_line(path, node)):
            pytest.fail(f"line {node.lineno}: float")


def _parent_line(path: Path, node: ast.Name) -> ast.Constant:
    """Durations of the event loop are floats by its API; their names end in `seconds`."""
    return ast.Constant(path.read_text("utf-8").splitlines()[node.lineno - 1])


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_other_rooms_come_in_by_the_front_door(path: Path) -> None:
    room = path.relative_to(SRC).parts[0]
    if room in {"app", "worker", "cli"}:
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("billhook."):
            continue
        parts = (node.module or "").split(".")
        other, inside = parts[1], parts[2:]
        if other in ROOMS and other not in {room, "kernel"} and inside:
            assert inside[0] in OPEN_PARTS, f"line {node.lineno}: {node.module} is not a front door"


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=name)
def test_every_ignore_has_a_reason(path: Path) -> None:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if "# noqa" in line:
            assert re.search(r"# noqa: [A-Z0-9, ]+ - \S", line) or path in TESTS, f"line {number}: {line.strip()}"
            assert "# noqa:" in line, f"line {number}: names no rule"
        if "type: ignore" in line:
            assert re.search(r"type: ignore\[[a-z-]+(, [a-z-]+)*\]", line), f"line {number}: names no rule"


def test_nothing_is_left_open() -> None:
    marks = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3]) + r")\b")
    for path in tracked():
        if path.suffix in {".py", ".sql", ".md", ".typ", ".css", ".html", ".toml"}:
            assert not marks.search(path.read_text("utf-8")), name(path)


def test_tests_do_not_sleep() -> None:
    for path in TESTS:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "asyncio.sleep", "sleep"}:
                yields = node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
                assert yields, f"{name(path)}:{node.lineno} sleeps"


def codes(attribute: str) -> set[str]:
    """Every `code = "…"` of a problem class."""
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                for part in node.body:
                    if isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == attribute:
                        found.add(str(ast.literal_eval(part.value)))
    return found


def test_every_problem_code_is_in_the_reference() -> None:
    reference = (ROOT / "docs" / "reference" / "problems.md").read_text("utf-8")
    assert {code for code in codes("code") if f"`{code}`" not in reference} == set()


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
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    reference = (ROOT / "docs" / "reference" / "dependencies.md").read_text("utf-8")
    names = [re.split(r"[<>=\[]", line, maxsplit=1)[0] for line in project["project"]["dependencies"]]
    names += [re.split(r"[<>=\[]", line, maxsplit=1)[0] for line in project["dependency-groups"]["dev"]]
    assert [dependency for dependency in names if f"`{dependency}`" not in reference] == []

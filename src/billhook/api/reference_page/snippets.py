"""A call written down in curl, Python and JavaScript, so that it runs as printed."""

import json
import urllib.parse
from collections.abc import Callable
from typing import Any

from billhook.api.reference_page.call import Call, pieces

LANGUAGES = {"curl": "curl", "python": "Python", "javascript": "JavaScript"}


def snippets(call: Call) -> dict[str, str]:
    """Return the example in each language."""
    return {"curl": curl(call), "python": python(call), "javascript": javascript(call)}


def curl(call: Call) -> str:
    """Return a command for a POSIX shell. `--fail-with-body` makes a refusal an error of the command."""
    in_url = call.query if call.method != "GET" else {}
    parts = ["curl --fail-with-body" + ("" if call.method == "GET" else f" -X {call.method}")]
    parts.append(f'"{call.base_url}{call.path}{_query_text(in_url)}"')
    if call.is_signed:
        parts.append('-H "Authorization: $ACCESS_TOKEN"')
    if call.query and not in_url:
        parts.append("-G")
        parts += [f"--data-urlencode {_quoted(f'{name}={value}')}" for name, value in call.query.items()]
    if call.saves:
        parts.append(f"--output {call.saves}")
    if call.uploads:
        parts.append(f"-F file=@{call.uploads}")
    if call.body is None:
        return " \\\n  ".join(parts)
    parts.append("-H 'Content-Type: application/json'")
    text = json.dumps(call.body, indent=2, ensure_ascii=False)
    if "$" in text:
        return " \\\n  ".join([*parts, "-d @- <<JSON"]) + f"\n{text}\nJSON"
    return " \\\n  ".join([*parts, "-d " + _quoted(text.replace("\n", "\n  "))])


def _query_text(query: dict[str, str]) -> str:
    return "?" + urllib.parse.urlencode(query, safe="$") if query else ""


def _quoted(text: str) -> str:
    """Quote for the shell: double quotes where a variable is to be filled in, single ones else."""
    if any(is_variable for _, is_variable in pieces(text)):
        return f'"{text}"'
    return "'" + text.replace("'", "'\\''") + "'"


def python(call: Call) -> str:
    """Return a script for Python 3 with the package `requests`."""
    arguments = [_python(f"{call.base_url}{call.path}")]
    if call.query:
        arguments.append("params=" + _python(call.query, 1))
    if call.is_signed:
        arguments.append('headers={"Authorization": os.environ["ACCESS_TOKEN"]}')
    if call.body is not None:
        arguments.append("json=" + _python(call.body, 1))
    if call.uploads:
        arguments.append(f'files={{"file": pathlib.Path("{call.uploads}").read_bytes()}}')
    modules = ["os"] * bool(call.variables) + ["pathlib"] * bool(call.saves or call.uploads)
    checked = "response.raise_for_status()"
    end = ["print(response.status_code, response.text)" if call.is_silent else "print(response.text)", checked]
    if call.saves:
        end = [checked, f'pathlib.Path("{call.saves}").write_bytes(response.content)']
    lines = [f"import {module}" for module in modules]
    lines += [""] * bool(modules) + ["import requests", ""]
    lines += [f"response = requests.{call.method.lower()}("]
    lines += [f"    {argument}," for argument in arguments]
    return "\n".join([*lines, ")", *end])


def _python(value: Any, depth: int = 0) -> str:
    return _over_lines(value, depth, "    ", lambda leaf: _python_text(leaf) if isinstance(leaf, str) else repr(leaf))


def _python_text(text: str) -> str:
    parts = pieces(text)
    if len(parts) == 1 and parts[0][1]:
        return f'os.environ["{parts[0][0]}"]'
    if not any(is_variable for _, is_variable in parts):
        return json.dumps(text, ensure_ascii=False)
    filled = "".join(f"{{os.environ['{part}']}}" if is_variable else part for part, is_variable in parts)
    return f'f"{filled}"'


def javascript(call: Call) -> str:
    """Return an ES module for Node.js 18 and above, without packages."""
    lines = []
    if call.saves or call.uploads:
        names = ["readFile"] * bool(call.uploads) + ["writeFile"] * bool(call.saves)
        lines += [f'import {{ {", ".join(names)} }} from "node:fs/promises";', ""]
    if call.uploads:
        lines += ["const form = new FormData();"]
        lines += [f'form.append("file", new Blob([await readFile("{call.uploads}")]), "{call.uploads}");', ""]
    address = _javascript(f"{call.base_url}{call.path}")
    if call.query:
        lines += [f"const query = new URLSearchParams({_javascript(call.query)});"]
        address = f"`{_template(call.base_url + call.path)}?${{query}}`"
    options = _options(call)
    lines += [f"const response = await fetch({address}" + (", {" if options else ");")]
    lines += [f"  {option}," for option in options] + ["});"] * bool(options)
    lines += ["if (!response.ok) throw new Error(await response.text());"]
    if call.saves:
        lines += [f'await writeFile("{call.saves}", Buffer.from(await response.arrayBuffer()));']
    else:
        lines += ["console.log(response.status);" if call.is_silent else "console.log(await response.text());"]
    return "\n".join(lines)


def _options(call: Call) -> list[str]:
    options = [] if call.method == "GET" else [f'method: "{call.method}"']
    headers = ["Authorization: process.env.ACCESS_TOKEN"] * call.is_signed
    headers += ['"Content-Type": "application/json"'] * (call.body is not None)
    if headers:
        options.append(f"headers: {{ {', '.join(headers)} }}")
    if call.body is not None:
        options.append(f"body: JSON.stringify({_javascript(call.body, 1)})")
    if call.uploads:
        options.append("body: form")
    return options


def _javascript(value: Any, depth: int = 0) -> str:
    return _over_lines(value, depth, "  ", _javascript_leaf)


def _javascript_leaf(value: Any) -> str:
    if isinstance(value, str):
        parts = pieces(value)
        if len(parts) == 1 and parts[0][1]:
            return f"process.env.{parts[0][0]}"
        if any(is_variable for _, is_variable in parts):
            return f"`{_template(value)}`"
    return json.dumps(value, ensure_ascii=False)


def _template(text: str) -> str:
    return "".join(f"${{process.env.{part}}}" if is_variable else part for part, is_variable in pieces(text))


def _over_lines(value: Any, depth: int, tab: str, leaf: Callable[[Any], str]) -> str:
    """Write objects and lists over lines, as Python and JavaScript both have them; `leaf` writes all other values."""
    inner, outer = tab * (depth + 1), tab * depth
    if isinstance(value, dict) and value:
        rows = (f"{json.dumps(key)}: {_over_lines(part, depth + 1, tab, leaf)}" for key, part in value.items())
        return "{\n" + "".join(f"{inner}{row},\n" for row in rows) + f"{outer}}}"
    if isinstance(value, list) and value:
        rows = (_over_lines(part, depth + 1, tab, leaf) for part in value)
        return "[\n" + "".join(f"{inner}{row},\n" for row in rows) + f"{outer}]"
    return leaf(value)

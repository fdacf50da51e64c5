"""`billhook serve` as a user runs it: the first start, stopping, what is killed and comes back."""

import asyncio
import os
import re
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import asyncpg
import httpx
import pytest

from tests import outfit
from tests.conftest import url_of
from tests.integration import program
from tests.integration.embedded_cast import gone
from tests.integration.program import Program, account, billhook, postgres_pid

place, start, serve = program.place, program.start, program.serve
Serve = Callable[..., Program]

LINUX = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux's /proc")
MEMORY_BYTES = 250 * 1024**2


@pytest.fixture
async def empty_database(worker_name: str) -> AsyncIterator[str]:
    """A database without tables, as an administrator hands it over."""
    name = f"billhook_test_{os.getpid()}_{worker_name}_serve"
    connection = await asyncpg.connect(url_of("postgres"))
    await connection.execute(f"create database {name}")
    yield url_of(name)
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


def test_the_first_start_plays_the_quick_start_and_shows_where_everything_is(serve: Serve) -> None:
    running = serve()
    shown = {
        match[1].strip(): match[2]
        for match in [
            running.said(rf"^  ({name}.*?)  +(\S.*)$")[0]
            for name in ("Sign in", "Access token", "Invoice", "Its PDF", "Its mail", "API reference")
        ]
    }
    email, password = shown["Sign in"].split("  password: ")
    (number,) = [name.removeprefix("Invoice ") for name in shown if name.startswith("Invoice")]
    with httpx.Client(base_url=running.url, timeout=60) as http:
        login = http.post("/v1/Accounts/login", json={"email": email, "password": password})
        assert login.status_code == 200
        http.headers["Authorization"] = shown["Access token"]
        (agency,) = http.get(f"/v1/Accounts/{login.json()['userId']}/Organizations").json()
        assert (agency["name"], agency["city"]) == ("International Space Agency", "Brussels")
        (invoice,) = http.get(f"/v1/Organizations/{agency['id']}/Documents").json()
        assert invoice["number"] == number
        assert (invoice["totalWithTax"], invoice["totalPaid"], invoice["paidInFull"]) == (12100, 12100, True)
    assert httpx.get(shown["Its PDF"], timeout=60).content.startswith(b"%PDF")
    for name in (f"Invoice {number}", "Its mail", "API reference"):
        assert httpx.get(shown[name], follow_redirects=True, timeout=60).status_code == 200, name
    assert running.end() == 0
    again = serve()
    assert httpx.get(f"{again.url}/ready").status_code == 200
    assert again.end() == 0
    assert "quick start" not in again.text


def test_no_demo_leaves_an_empty_database_empty(serve: Serve) -> None:
    running = serve("--no-demo")
    assert httpx.get(f"{running.url}/v1/Accounts/is-unique?email=demo@billhook.example").json() == {"isUnique": True}
    assert running.end() == 0
    assert "quick start" not in running.text


def test_other_commands_work_beside_a_running_server(serve: Serve, place: Path) -> None:
    running = serve("--no-demo")
    made = billhook("account", "create", "--email", "a@example.com", "--password", "correct horse", "--data-dir", place)
    assert made.returncode == 0, made.stderr
    token = made.stdout.split()[-1]
    answer = httpx.get(f"{running.url}/v1/Accounts/authorized", headers={"Authorization": token})
    assert answer.json()["email"] == "a@example.com"
    played = billhook("demo", "--url", running.url)
    assert played.returncode == 0, played.stderr
    assert "demo@billhook.example" in played.stdout
    assert billhook("doctor", "--data-dir", place).returncode == 0
    assert running.end() == 0


class HalfSaid:
    """A request of which the server has read the head, but not yet the whole body."""

    def __init__(self, url: str) -> None:
        self.address = httpx.URL(url).host, httpx.URL(url).port
        self.body = b'{"email": "late@example.com", "password": "correct horse"}'
        self.socket = socket.create_connection(self.address, 60)
        head = f"POST /v1/Accounts HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {len(self.body)}\r\nexpect: 100-continue\r\n\r\n"
        self.socket.sendall(head.encode())
        assert self.socket.recv(1000).startswith(b"HTTP/1.1 100 ")  # now the handler waits for the body

    def until_nobody_else_is_let_in(self) -> None:
        """Wait until the server accepts no more connections: it has begun to stop."""
        while True:
            try:
                socket.create_connection(self.address, 60).close()
            except ConnectionRefusedError:
                return
            except ConnectionResetError:
                continue  # let into the queue just before it was closed

    def finish(self) -> bytes:
        """Say the rest; return the answer's first line."""
        with self.socket:
            self.socket.sendall(self.body)
            return self.socket.makefile("rb").readline().strip()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_once_requests_are_finished(serve: Serve, place: Path, number: int) -> None:
    running = serve("--no-demo")
    request, database_ended = HalfSaid(running.url), gone(postgres_pid(place))
    running.process.send_signal(number)
    request.until_nobody_else_is_let_in()
    assert request.finish() == b"HTTP/1.1 200 OK"
    assert running.ended() == 0
    assert database_ended()
    assert "Traceback" not in running.text


def test_a_second_signal_stops_at_once(serve: Serve, place: Path) -> None:
    running = serve("--no-demo")
    request, database_ended = HalfSaid(running.url), gone(postgres_pid(place))
    running.process.send_signal(signal.SIGTERM)
    request.until_nobody_else_is_let_in()
    assert running.end() == 128 + signal.SIGTERM
    assert database_ended()
    request.socket.close()


def test_a_killed_database_is_started_anew(serve: Serve, place: Path) -> None:
    running = serve("--no-demo")
    with account(running.url) as alice:
        before = postgres_pid(place)
        os.kill(before, signal.SIGKILL)
        running.said("the database server is back")
        assert postgres_pid(place) != before
        assert alice.get("/Accounts/authorized").status_code == 200
    assert running.end() == 0


def test_a_second_server_takes_the_database_over_when_its_owner_goes(serve: Serve, place: Path) -> None:
    owner = serve("--no-demo")
    with account(owner.url) as alice:
        guest = serve("--no-demo")
        token = {"Authorization": alice.headers["Authorization"]}
        assert httpx.get(f"{guest.url}/v1/Accounts/authorized", headers=token).status_code == 200
        owner.end(signal.SIGKILL)
        guest.said("the database server is back")
        assert httpx.get(f"{guest.url}/v1/Accounts/authorized", headers=token).status_code == 200
    assert guest.end() == 0


def test_several_processes_are_replaced_when_they_die_and_die_with_their_parent(serve: Serve, place: Path) -> None:
    running = serve("--no-demo", "--workers", "2")
    ready = r"a (web|worker) process is ready \(process (\d+)\)"
    members = {int(match[2]): match[1] for match in running.said(ready, 3)}
    assert sorted(members.values()) == ["web", "web", "worker"]
    for role in ("web", "worker"):
        os.kill(next(pid for pid, member in members.items() if member == role), signal.SIGKILL)
    alive = {int(match[2]) for match in running.said(ready, 5)[3:]} | {
        pid for pid in members if (Path("/proc") / str(pid)).exists()
    }
    with account(running.url) as alice:
        assert alice.get("/Accounts/authorized").status_code == 200
    ends = [gone(pid) for pid in [*alive, postgres_pid(place)]]
    assert len(ends) == 4
    running.end(signal.SIGKILL)
    assert all(end() for end in ends)
    again = serve("--workers", "2")
    ends = [gone(int(match[2])) for match in again.said(ready, 3)]
    assert again.end() == 0
    assert all(end() for end in ends)


async def test_a_worker_of_its_own_does_the_work(start: Serve, empty_database: str) -> None:
    worker = start("worker", database_url=empty_database)
    worker.said("billhook worker ready")
    account = billhook(
        *("account", "create", "--email", "a@example.com", "--password", "correct horse"), database_url=empty_database
    )
    assert account.returncode == 0, account.stderr
    connection = await asyncpg.connect(empty_database)
    async with asyncio.timeout(program.PATIENCE_SECONDS):
        while not await connection.fetchval("select array_agg(recipients) from delivery.caught"):
            assert worker.process.poll() is None
    assert await connection.fetchval("select recipients from delivery.caught") == ["a@example.com"]
    await connection.close()
    assert worker.end() == 0


def test_a_database_of_ones_own_is_prepared_and_used(start: Serve, empty_database: str, place: Path) -> None:
    running = start("serve", "--port", "0", "--data-dir", place, database_url=empty_database)
    assert running.said("Access token")
    assert running.end() == 0
    assert not place.exists()


def test_the_log_holds_no_secret(serve: Serve, place: Path) -> None:
    running = serve(log_level="debug", secret_key="g" * 40)
    played = running.said(r"password: (\S+)")[0][1], running.said(r"Access token +(\S+)")[0][1]
    assert running.end() == 0
    log = "\n".join(line for line in running.lines if re.match(r"\d{4}-", line))
    assert log
    for secret in (*played, "g" * 40, (place / "postgres" / "password").read_text()):
        assert secret not in log


def test_an_ordinary_user_may_serve(place: Path) -> None:
    """Root starts PostgreSQL as somebody else; everybody else starts it as himself."""
    python = program.python_of_nobody() if os.geteuid() == 0 else None
    if python is None:
        pytest.skip("needs root, and a Python that user nobody can run")
    place.mkdir()
    os.chown(place, 65534, 65534)
    running = Program("serve", "--port", "0", "--data-dir", place, python=python)
    try:
        assert httpx.get(f"{running.url}/ready").status_code == 200
        assert {path.stat().st_uid for path in place.rglob("*")} == {65534}
        assert running.end() == 0
    finally:
        running.clear_away()


@LINUX
def test_memory_at_rest(serve: Serve) -> None:
    """After the demo, without the press (it goes when idle): at most 250 MB with PostgreSQL, shared pages once."""
    running = serve()
    httpx.get(running.said(r"Its PDF +(\S+)")[0][1], timeout=60)
    used = sum(pss_bytes(pid) for pid in family(running.pid) if not is_press(pid))
    assert used <= MEMORY_BYTES
    assert running.end() == 0


@LINUX
@pytest.mark.parametrize("options", [(), ("--workers", "2")])
def test_only_who_answers_holds_the_listening_socket(serve: Serve, options: tuple[str, ...]) -> None:
    running = serve(*options)
    httpx.get(running.said(r"Its PDF +(\S+)")[0][1], timeout=60)
    port = int(running.url.rpartition(":")[2])
    listening = [
        row.split()[9]
        for row in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if f":{port:04X} 00000000:0000 0A" in row
    ]
    assert len(listening) == 1
    answering = {running.pid}
    others = set()
    for pid in family(running.pid):
        words = command(pid)
        if words[1:4] == ["-P", "-m", "billhook.cli.member"]:
            (answering if words[4] == "web" else others).add(pid)
        elif is_press(pid):
            others.add(pid)
    assert any(is_press(pid) for pid in others)
    assert {pid for pid in answering | others if f"socket:[{listening[0]}]" in held_by(pid)} == answering
    assert running.end() == 0


def family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    listed = subprocess.run(
        [outfit.program("ps"), "-eo", "pid,ppid"], capture_output=True, text=True, check=True
    ).stdout
    parents = dict(tuple(map(int, line.split())) for line in listed.splitlines()[1:])
    found = [pid]
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


def pss_bytes(pid: int) -> int:
    """Return the memory of a process, its share of what it shares; 0 when it is gone."""
    try:
        told = (Path("/proc") / str(pid) / "smaps_rollup").read_text()
    except OSError:
        return 0
    return int(re.search(r"^Pss: +(\d+) kB", told, re.MULTILINE)[1]) * 1024


def command(pid: int) -> list[str]:
    """Return the words a process was started with; none when it is gone."""
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def held_by(pid: int) -> set[str]:
    """Return what the descriptors of a process lead to; nothing when it is gone."""
    held = set()
    with suppress(FileNotFoundError, ProcessLookupError):
        for descriptor in (Path("/proc") / str(pid) / "fd").iterdir():
            with suppress(FileNotFoundError):  # it was closed meanwhile
                held.add(str(descriptor.readlink()))
    return held


def is_press(pid: int) -> bool:
    """Tell whether a process is the press's worker."""
    return any("billhook.documents.paper.worker" in word for word in command(pid))

"""The embedded server against the real programs: who owns it, and what it survives."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import pytest

from billhook.db import embedded
from billhook.db.embedded import child, postmaster
from billhook.db.embedded.home import Home
from tests.integration import embedded_cast
from tests.integration.embedded_cast import HOWS, ROOT, ask, gone

place, start, spawn = embedded_cast.place, embedded_cast.start, embedded_cast.spawn


def test_a_new_cluster_is_closed_durable_and_knows_its_letters(start, place, monkeypatch):
    monkeypatch.setenv("PGPORT", "1")  # nothing of the kind may reach the server
    monkeypatch.setenv("PGOPTIONS", "-c fsync=off")
    monkeypatch.setenv("LC_ALL", "C")
    cluster = start(connections=40)
    monkeypatch.undo()
    home = Home(place)
    assert cluster.owned
    assert oct(home.password_file.stat().st_mode & 0o777) == "0o600"
    assert oct(cluster.socket_dir.stat().st_mode & 0o777) == "0o700"
    assert oct(home.data.stat().st_mode & 0o777) == "0o700"
    wanted = {
        "fsync": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "jit": "off",
        "TimeZone": "UTC",
        "listen_addresses": "",
        "max_connections": "40",
        "server_encoding": "UTF8",
        "password_encryption": "scram-sha-256",
    }
    assert {name: ask(cluster, f"show {name}") for name in wanted} == wanted
    assert (
        ask(
            cluster,
            "select lower('ÉÀŠ') || upper('ß') || (select count(*) from pg_hba_file_rules where auth_method != 'scram-sha-256')",
        )
        == "éàšß0"
    )
    with pytest.raises(asyncpg.InvalidPasswordError):
        ask(cluster.owner_url.replace(home.password_file.read_text(), "guess"), "select 1")


def test_rows_survive_a_stop_and_stop_may_be_said_twice(start):
    first = start()
    ask(first, "create table t (n int)", "insert into t values (7)")
    end = gone(first.pid)
    first.stop()
    assert end()
    first.stop()
    second = start()
    assert second.owned
    assert ask(second, "select n from t") == 7


def test_a_second_process_is_a_guest(start, spawn):
    owner = start()
    guest = start()
    assert (guest.owned, guest.pid, guest.owner_url) == (False, owner.pid, owner.owner_url)
    guest.stop()
    assert ask(owner, "select 1") == 1
    other = spawn(then="stop")
    assert other.started() == (owner.pid, False)
    assert other.process.wait() == 0
    assert ask(owner, "select 1") == 1


def test_many_at_once_share_one_server(spawn):
    others = [spawn() for _ in range(4)]
    told = [other.started() for other in others]
    assert len({pid for pid, _ in told}) == 1
    assert sorted(owned for _, owned in told) == [False, False, False, True]
    end = gone(told[0][0])
    for other in others:
        other.process.kill()
    assert end()


def test_a_guest_gives_up_on_an_owner_without_a_server_and_inherits_when_it_goes(start, place):
    Home(place).make()
    lock = Home(place).try_lock()
    assert lock is not None
    with pytest.raises(embedded.NoOwner, match="no database server ready for 0 seconds"):
        embedded.start(place, patience_seconds=0)
    found: list[embedded.Cluster] = []
    waiting = threading.Thread(target=lambda: found.append(start()))
    waiting.start()
    fcntl.flock(lock, fcntl.LOCK_UN)
    os.close(lock)
    waiting.join()
    assert found[0].owned


@HOWS
def test_owner_killed_the_server_stops_by_itself_and_nothing_is_lost(start, spawn, how):
    owner = spawn(how)
    end = gone(owner.written(rows=200))
    acknowledged = owner.kill()
    assert end()
    cluster = start()
    assert cluster.owned
    assert acknowledged >= 200
    assert ask(cluster, "select count(*) from t") in {acknowledged, acknowledged + 1}


@HOWS
def test_a_newcomer_waits_for_the_server_of_a_killed_owner_to_stop(start, spawn, how):
    owner = spawn(how)
    before = owner.written(rows=50)
    acknowledged = owner.kill()
    cluster = start(how=how)  # at once: the old server may still be writing
    assert cluster.owned
    assert cluster.pid != before
    assert ask(cluster, "select count(*) from t") >= acknowledged


@HOWS
def test_server_killed_recovers_at_the_next_start(start, spawn, how):
    owner = spawn(how)
    pid = owner.written(rows=200)
    end = gone(pid)
    os.kill(pid, signal.SIGKILL)
    assert end()
    acknowledged = owner.end()  # it has lost its connection
    cluster = start(how=how)
    assert ask(cluster, "select count(*) from t") >= acknowledged >= 200


@pytest.mark.skipif(sys.platform != "linux", reason="finds the guard in /proc")
def test_a_server_whose_guard_was_killed_is_ended_by_the_next_owner(start, spawn, place):
    owner = spawn(child.BY_PIPE)
    pid = owner.written(rows=50)
    guard = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    end_of_guard, end = gone(guard), gone(pid)
    os.kill(guard, signal.SIGKILL)
    assert end_of_guard()
    acknowledged = owner.kill()
    assert postmaster.is_running(pid, Home(place).data)  # nobody was left to stop it
    cluster = start()
    assert end()
    assert f"[{pid}] LOG:  received fast shutdown request" in Home(place).log.read_text()
    assert ask(cluster, "select count(*) from t") >= acknowledged


def test_a_dead_servers_number_given_to_another_process_does_not_keep_us_out(start, place):
    first = start()
    ask(first, "create table t (n int)", "insert into t values (7)")
    end = gone(first.pid)
    os.kill(first.pid, signal.SIGKILL)
    assert end()
    first.stop()
    home = Home(place)
    owner = home.data.stat()
    with ExitStack() as stack:
        stranger = stack.enter_context(subprocess.Popen(["sleep", "600"], user=owner.st_uid if ROOT else None))
        stack.callback(stranger.kill)
        for file in (home.data / "postmaster.pid", first.socket_dir / ".s.PGSQL.5432.lock"):
            _, *rest = file.read_text().split("\n")
            file.write_text("\n".join([str(stranger.pid), *rest]))
        second = start()
        assert ask(second, "select n from t") == 7
        assert stranger.poll() is None  # and it was left alone


def test_an_empty_pid_file_does_not_keep_us_out(start, place):
    start().stop()
    (Home(place).data / "postmaster.pid").touch()
    assert ask(start(), "select 1") == 1


async def test_children_of_a_killed_server_keep_a_second_one_off_the_data(start, place):
    first = start()
    connection = await asyncpg.connect(first.owner_url)
    backend = await connection.fetchval("select pg_backend_pid()")
    os.kill(backend, signal.SIGSTOP)  # it cannot notice that its parent is dead
    end, end_of_backend = gone(first.pid), gone(backend)
    os.kill(first.pid, signal.SIGKILL)
    assert end()
    first.stop()
    try:
        with pytest.raises(embedded.StartFailed, match="pre-existing shared memory block"):
            embedded.start(place, patience_seconds=1)
    finally:
        os.kill(backend, signal.SIGCONT)
        connection.terminate()
    assert end_of_backend()
    assert start().owned


def test_initdb_killed_in_the_middle_is_done_again(start, spawn, place):
    home = Home(place)
    owner = spawn()
    while not list(home.path.glob("new-*/data/PG_VERSION")):
        assert owner.process.poll() is None
    owner.process.kill()
    owner.process.wait()
    assert not home.data.exists()
    cluster = start()
    assert ask(cluster, "select 1") == 1
    assert not list(home.path.glob("new-*"))


def test_what_is_no_database_is_not_touched(place):
    data = Home(place).data
    data.mkdir(parents=True)
    (data / "diary.txt").write_text("dear")
    with pytest.raises(embedded.ForeignData, match="move away"):
        embedded.start(place)
    assert (data / "diary.txt").read_text() == "dear"


def test_a_server_that_ends_at_once_tells_why_and_frees_the_lock(start, place):
    start().stop()
    conf = Home(place).data / "postgresql.conf"
    good = conf.read_text()
    conf.write_text(good + "\nno_such_setting = 1\n")
    with pytest.raises(embedded.StartFailed, match=r"(?s)ended before it was ready.*no_such_setting"):
        embedded.start(place)
    conf.write_text(good)
    assert start().owned


def test_a_start_that_takes_too_long_leaves_nothing_running(start, place):
    start().stop()
    with pytest.raises(embedded.StartFailed, match="not ready after 0 seconds"):
        embedded.start(place, patience_seconds=0)
    assert start().owned


def test_the_server_outlives_the_thread_that_started_it(start):
    found: list[tuple[embedded.Cluster, int]] = []
    thread = threading.Thread(target=lambda: found.append((start(), threading.get_native_id())))
    thread.start()
    thread.join()
    cluster, number = found[0]
    while Path(f"/proc/self/task/{number}").exists():  # join returns a moment before the kernel's thread is gone
        pass
    assert ask(cluster, "select 1") == 1
    assert postmaster.is_running(cluster.pid, Home(cluster.socket_dir.parents[1]).data)

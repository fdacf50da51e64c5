"""The embedded server against the real programs: where it lies, whose it is, which PostgreSQL it is."""

import os
from pathlib import Path

import pytest

from billhook.db import embedded
from billhook.db.embedded import account, binaries, child, creation, postmaster
from billhook.db.embedded.home import Home
from tests.integration import embedded_cast
from tests.integration.embedded_cast import HOWS, ROOT, ask, gone
from tests.integration.program import python_of_nobody

place, start, spawn = embedded_cast.place, embedded_cast.start, embedded_cast.spawn


def test_data_of_another_major_version_are_refused(start, place):
    start().stop()
    (Home(place).data / "PG_VERSION").write_text("14\n")
    with pytest.raises(embedded.MajorMismatch, match=r"made by PostgreSQL 14, but only .*18"):
        embedded.start(place)


@pytest.mark.parametrize("major", [15, 16])
def test_data_of_a_major_version_at_hand_are_served_by_it(start, place, major):
    home = Home(place)
    who = account.choose(home.data)
    try:
        older = binaries.find(home.data, major, who)
    except embedded.MajorMismatch:
        pytest.skip(f"no PostgreSQL {major} here")
    home.make()
    creation.create(home, older, who, child.USUAL)
    cluster = start()
    assert ask(cluster, "select current_setting('server_version_num')::int / 10000") == major
    assert ask(cluster, "select lower('ÉÀŠ')") == "éàš"


def test_a_lost_password_is_told(start, place):
    start().stop()
    Home(place).password_file.unlink()
    with pytest.raises(embedded.PasswordLost):
        embedded.start(place)


def test_a_log_grown_large_is_set_aside(start, place):
    start().stop()
    log = Home(place).log
    os.truncate(log, 10 * 1024**2 + 1)
    start()
    assert log.stat().st_size < 1024**2
    assert log.with_name("log.1").stat().st_size == 10 * 1024**2 + 1


@pytest.mark.parametrize("name", ["x" * 120, "a, b", "a b", 'q"ü'])
def test_any_path_will_do(start, place, name):
    data_dir = place / name
    cluster = start(data_dir)
    assert ask(cluster, "select 1") == 1
    inside = cluster.socket_dir == Home(data_dir).run
    assert inside == (name == "a b")
    found = cluster.socket_dir.lstat()
    assert oct(found.st_mode & 0o777) == "0o700"
    assert found.st_uid == Home(data_dir).data.stat().st_uid
    guest = start(data_dir)
    assert (guest.owned, guest.socket_dir) == (False, cluster.socket_dir)
    cluster.stop()
    assert cluster.socket_dir.exists() == inside


@pytest.mark.skipif(not ROOT, reason="only root can give a directory to somebody else")
def test_a_squatted_socket_directory_is_not_used(start, place):
    data_dir = place / ("x" * 120)
    first = start(data_dir)
    first.stop()
    first.socket_dir.mkdir()
    os.chown(first.socket_dir, 12345, 12345)
    second = start(data_dir)
    squatted = first.socket_dir
    assert second.socket_dir != squatted
    assert second.socket_dir.lstat().st_uid != 12345
    squatted.rmdir()


def test_ps_tells_what_proc_tells(start, place):
    cluster, data = start(), Home(place).data
    assert f"\0-D\0{data}\0" in postmaster.arguments_by_ps(cluster.pid)
    assert f"\0-D\0{data}\0" not in postmaster.arguments_by_ps(os.getpid())
    assert postmaster.is_running(cluster.pid, data)
    assert not postmaster.is_running(cluster.pid, data.parent)
    end = gone(cluster.pid)
    cluster.stop()
    assert end()
    assert postmaster.arguments_by_ps(cluster.pid) == ""


@pytest.mark.skipif(not ROOT, reason="about what root does")
def test_root_runs_it_as_another_and_opens_no_door(spawn, place):
    place.mkdir(mode=0o755)
    modes = {path: path.stat().st_mode for path in (place, *place.parents)}
    pid, _ = spawn(extra_groups=[0, 4]).started()
    status = Path(f"/proc/{pid}/status").read_text()
    who = account.choose(Home(place).data)
    assert f"Uid:\t{who.uid}\t{who.uid}\t{who.uid}\t{who.uid}\n" in status
    assert "Groups:\t \n" in status
    assert {path: path.stat().st_mode for path in modes} == modes
    assert Home(place).password_file.stat().st_uid == 0


@pytest.mark.skipif(not ROOT, reason="about what root does")
def test_root_is_told_which_directory_is_closed(place):
    place.mkdir(mode=0o700)
    with pytest.raises(embedded.DirectoryClosed) as refused:
        embedded.start(place)
    assert refused.value.facts["directory"] == place
    assert "BILLHOOK_DATA_DIR" in refused.value.message
    assert not Home(place).data.exists()


@pytest.mark.skipif(not ROOT, reason="without root the other tests are those of an ordinary user")
@HOWS
def test_an_ordinary_user_owns_it_alone(start, spawn, place, how):
    python = python_of_nobody()
    if python is None:
        pytest.skip("user nobody can run no Python of this version here")
    place.mkdir()
    os.chown(place, 65534, 65534)
    owner = spawn(how, python=python, user=65534, group=65534, extra_groups=[])
    pid = owner.written(rows=50)
    assert {path.stat().st_uid for path in place.rglob("*")} == {65534}
    end = gone(pid)
    acknowledged = owner.kill()
    assert end()
    cluster = start()  # root next: the data keep their owner
    assert ask(cluster, "select count(*) from t") >= acknowledged
    assert Path(f"/proc/{cluster.pid}").stat().st_uid == 65534


@pytest.mark.skipif(not ROOT, reason="needs two users")
def test_a_directory_of_another_user_is_told(start, spawn, place):
    python = python_of_nobody()
    if python is None:
        pytest.skip("user nobody can run no Python of this version here")
    start().stop()
    output, errors = spawn(python=python, user=65534, group=65534, extra_groups=[]).process.communicate()
    assert output == ""
    assert "NotPermitted" in errors
    assert str(Home(place).lock) in errors

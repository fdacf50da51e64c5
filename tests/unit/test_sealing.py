"""Sealed secrets: opened with the same key only; a key of our own making is made once and is its owner's alone."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from billhook.settings import Seal, Settings, Unsealable

SECRET = {"secret_key": "sk_test_1"}


def test_what_was_sealed_is_opened_with_the_same_key() -> None:
    seal = Seal(Settings(secret_key="k" * 32))
    sealed = seal.close(SECRET)
    assert b"sk_test" not in sealed
    assert Seal(Settings(secret_key="k" * 32)).open(sealed) == SECRET
    with pytest.raises(Unsealable):
        Seal(Settings(secret_key="x" * 32)).open(sealed)
    with pytest.raises(Unsealable):
        seal.open(sealed[:-1] + b"A")


def test_each_purpose_has_a_key_of_its_own() -> None:
    seal = Seal(Settings(secret_key="k" * 32))
    assert seal.derived("one") == Seal(Settings(secret_key="k" * 32)).derived("one") != seal.derived("other")


def test_many_who_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var")
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: Seal(settings).derived("test"), range(32)))
    assert len(keys) == 1
    (file,) = (tmp_path / "var").iterdir()
    assert file.name == "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

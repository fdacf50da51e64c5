"""Passwords: right or wrong, what an unknown account is checked against, dated hashes, unlike spellings."""

import asyncio
import re

from argon2 import PasswordHasher

from billhook.accounts import passwords

PASSWORD = "correct horse battery staple"
COSTS = re.compile(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}")


async def test_a_password_is_right_or_wrong() -> None:
    stored = await passwords.hashed(PASSWORD)
    assert COSTS.fullmatch(stored)
    assert stored != await passwords.hashed(PASSWORD)
    assert await passwords.verify(stored, PASSWORD) == passwords.Verdict(is_right=True)
    assert await passwords.verify(stored, PASSWORD + " ") == passwords.Verdict(is_right=False)


async def test_an_unknown_account_is_checked_at_the_same_cost_and_is_wrong() -> None:
    assert COSTS.fullmatch(passwords.decoy())
    assert await passwords.verify(None, PASSWORD) == passwords.Verdict(is_right=False)


async def test_a_dated_hash_is_renewed_when_the_password_is_right() -> None:
    dated = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    verdict = await passwords.verify(dated, PASSWORD)
    assert verdict.is_right
    assert verdict.renewed is not None
    assert await passwords.verify(verdict.renewed, PASSWORD) == passwords.Verdict(is_right=True)
    assert (await passwords.verify(dated, "wrong")).renewed is None


async def test_the_same_letters_are_the_same_password_however_they_are_encoded() -> None:
    stored = await passwords.hashed("caf\u00e9 au lait")
    assert (await passwords.verify(stored, "cafe\u0301 au lait")).is_right


async def test_many_at_once_take_their_turns() -> None:
    hashes = await asyncio.gather(*(passwords.hashed(PASSWORD) for _ in range(8)))
    assert len(set(hashes)) == 8


def test_turns_are_of_a_loop_of_their_own() -> None:
    for _ in range(2):
        asyncio.run(test_many_at_once_take_their_turns())

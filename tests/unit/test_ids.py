"""Ids: a bijection with version 8 UUIDs, ascending, never twice."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from billhook.kernel import ids

HEX24 = st.integers(0, 2**96 - 1).map(lambda n: f"{n:024x}")


@given(HEX24)
def test_an_id_and_its_uuid_are_one(id):
    value = ids.to_uuid(id)
    assert value.version == 8
    assert value.variant == uuid.RFC_4122
    assert ids.from_uuid(value) == id
    assert ids.from_bytes(ids.to_bytes(id)) == id
    assert uuid.UUID(ids.to_hex(id)) == value


@given(HEX24, HEX24)
def test_uuids_sort_as_their_ids_do(a, b):
    assert (ids.to_bytes(a) < ids.to_bytes(b)) == (a < b)


def test_fresh_ids_ascend_and_never_repeat():
    made = [ids.new(7) for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {ids.shard_of(one) for one in made} == {7}


def test_a_shard_is_never_zero():
    assert all(1 <= ids.new_shard() <= 65535 for _ in range(1000))


def test_what_is_an_id():
    assert ids.is_id("644c214c6ee48100249d5d7d")
    for text in ("", "644C214C6EE48100249D5D7D", "644c214c6ee48100249d5d7", "644c214c6ee48100249d5d7d\n", "x" * 24):
        assert not ids.is_id(text), text


def test_embedded_ids_are_random_uuids():
    made = {uuid.UUID(ids.embedded()) for _ in range(1000)}
    assert len(made) == 1000
    assert {(value.version, value.variant) for value in made} == {(4, uuid.RFC_4122)}


def test_tokens_are_as_long_as_asked():
    assert {len(ids.token(n)) for n in (22, 64) for _ in range(50)} == {22, 64}
    assert ids.token() != ids.token()

"""Tokens: 64 random characters of which only the SHA-256 and the last four are kept."""

import hashlib
from typing import Final

import msgspec

from billhook.kernel import ids
from billhook.kernel.ids import Id

CHARACTERS: Final = 64


class Fresh(msgspec.Struct, frozen=True):
    """A token just made, with what of it is stored."""

    id: Id
    token: str
    hash: bytes
    hint: str

    def __repr__(self) -> str:
        return f"Fresh({self.id}, …{self.hint})"


def fresh() -> Fresh:
    """Make a token (384 random bits)."""
    token = ids.token(CHARACTERS)
    return Fresh(ids.new(), token, digest(token), token[-4:])


def digest(token: str) -> bytes:
    """Return what a token is found by. A plain hash will do: there is nothing to guess in 384 bits."""
    return hashlib.sha256(token.encode()).digest()

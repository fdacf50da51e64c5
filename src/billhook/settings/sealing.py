"""Sealing: secrets are kept in the database only in a form that nobody reads without the installation's key."""

import base64
import functools
import os
import secrets
from pathlib import Path
from typing import Final

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from billhook.kernel.problems import Kind, Problem
from billhook.settings.model import Settings

KEY_FILE: Final = "secret.key"
"""Where a key of our own making is kept, in the data directory; readable for its owner only."""


class Unsealable(Problem):
    """A stored secret cannot be read: it was sealed with another key than `BILLHOOK_SECRET_KEY` holds now."""

    kind = Kind.UNAVAILABLE
    code = "UNSEALABLE_SECRET"


class Seal:
    """Seals with a key that is read, or made, only when it is needed for the first time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @functools.cached_property
    def _key(self) -> bytes:
        return (self._settings.secret_key or _kept(self._settings.data_dir)).encode()

    @functools.cached_property
    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self.derived("stored secrets")))

    def derived(self, purpose: str) -> bytes:
        """Return 32 bytes that only this installation knows, other ones for each purpose."""
        return HKDF(SHA256(), 32, salt=None, info=f"billhook: {purpose}".encode()).derive(self._key)

    def close(self, secret: dict[str, str]) -> bytes:
        """Return secrets sealed."""
        return self.close_bytes(msgspec.json.encode(secret))

    def open(self, sealed: bytes) -> dict[str, str]:
        """Return what was sealed. Raises Unsealable."""
        return msgspec.json.decode(self.open_bytes(sealed), type=dict[str, str])

    def close_bytes(self, content: bytes) -> bytes:
        """Return a content sealed: what may hold a secret, whatever else it is."""
        return self._fernet.encrypt(content)

    def open_bytes(self, sealed: bytes) -> bytes:
        """Return a content that was sealed. Raises Unsealable."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            raise Unsealable from None


def _kept(directory: Path) -> str:
    """Return the key of the data directory; the first who asks makes it, whole before anybody can read it."""
    file = directory / KEY_FILE
    if not file.exists():
        directory.mkdir(parents=True, exist_ok=True)
        made = directory / f".{KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}"
        made.touch(0o600, exist_ok=False)
        made.write_text(secrets.token_urlsafe(48), "ascii")
        try:
            file.hardlink_to(made)
        except FileExistsError:
            pass  # another process was quicker; its key is the one
        finally:
            made.unlink()
    return file.read_text("ascii").strip()

"""Blobs, stored once by the SHA-256 of what they contain."""

from billhook.files.model import Blob
from billhook.files.service import fetch, forget, hold, store

__all__ = ["Blob", "fetch", "forget", "hold", "store"]

"""What a blob is."""

import msgspec


class Blob(msgspec.Struct, frozen=True):
    """Bytes, their media type and their SHA-256."""

    sha256: bytes
    media_type: str
    bytes: bytes

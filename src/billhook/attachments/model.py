"""What may be attached to a document: which files, how large, under which names."""

import unicodedata
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final

import msgspec

from billhook.kernel.ids import Id
from billhook.kernel.problems import Fault

MAX_BYTES: Final = 8 * 1024**2
"""Of one file."""
MAX_BYTES_IN_ALL: Final = 15 * 1024**2
"""Of a document: mail grows by a third on its way, and many mail servers take no more than 25 MB."""
MAX_FILES: Final = 20
"""Of a document."""
MAX_NAME: Final = 120

_ZIP: Final = (b"PK\x03\x04",)
_TEXT: Final = ()
_KINDS: Final[dict[str, tuple[str, tuple[bytes, ...]]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "gif": ("image/gif", (b"GIF87a", b"GIF89a")),
    "webp": ("image/webp", (b"RIFF",)),
    "tif": ("image/tiff", (b"II*\x00", b"MM\x00*")),
    "tiff": ("image/tiff", (b"II*\x00", b"MM\x00*")),
    "txt": ("text/plain", _TEXT),
    "csv": ("text/csv", _TEXT),
    "xml": ("application/xml", _TEXT),
    "json": ("application/json", _TEXT),
    "eml": ("message/rfc822", _TEXT),
    "zip": ("application/zip", _ZIP),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", _ZIP),
    "odt": ("application/vnd.oasis.opendocument.text", _ZIP),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", _ZIP),
    "odp": ("application/vnd.oasis.opendocument.presentation", _ZIP),
}
"""By the ending of the name: the media type, and what such a file begins with (a text: anything without a null byte).

What runs when it is opened (programs, web pages, SVG, Office files with macros) is not among them.
"""
_TOLD_BY_CONTENT: Final = ("pdf", "png", "jpg", "gif", "tif")
MEDIA_TYPES: Final = tuple(dict.fromkeys(media_type for media_type, _ in _KINDS.values()))


class Attachment(msgspec.Struct, frozen=True):
    """A file of a document; its media type follows from its name and content, never from what a client says."""

    id: Id
    organization_id: Id
    account_id: Id
    document_id: Id
    name: str
    media_type: str
    size: int
    sha256: bytes
    created_at: datetime


class Held(msgspec.Struct, frozen=True):
    """How many files a document has, and how many bytes they come to."""

    files: int
    bytes: int


def cleaned(name: str) -> str:
    """Return the name of a file without the folders, controls and leading dots it may have come with."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    printable = "".join(character for character in last if character.isprintable() and character not in '<>:"|?*')
    path = PurePosixPath(" ".join(printable.split()).strip(". ") or "-")
    room = MAX_NAME - len(path.suffix)
    return f"{path.stem[:room]}{path.suffix}" if room > 0 else path.stem[:MAX_NAME]


def named(said: str, content: bytes) -> str:
    """Return the name that a file is kept under; one that says no kind gets the ending of what the file begins with."""
    name = cleaned(said)
    if PurePosixPath(name).suffix:
        return name
    ending = next((ending for ending in _TOLD_BY_CONTENT if content.startswith(_KINDS[ending][1])), None)
    return f"{name}.{ending}" if ending else name


def media_type_of(name: str, content: bytes) -> str | None:
    """Return the media type of a file; None when it is of no kind that may be attached, or not what its name says."""
    media_type, beginnings = _KINDS.get(PurePosixPath(name).suffix[1:].lower(), ("", ()))
    if not media_type:
        return None
    fits = content.startswith(beginnings) if beginnings else b"\x00" not in content
    return media_type if fits else None


def faults_of(name: str, content: bytes, held: Held) -> list[Fault]:
    """Return what stands against a file among those that a document has already."""
    faults = []
    if not name.strip():
        message = "can't be blank: send the file in a multipart form with a file name, or say `?filename=`"
        faults.append(Fault("filename", "presence", message))
    elif content and media_type_of(named(name, content), content) is None:
        endings = ", ".join(_KINDS)
        message = f"must be a file of one of these kinds, with a name that says which: {endings}"
        faults.append(Fault("file", "inclusion", message))
    if not content:
        faults.append(Fault("file", "presence", "can't be blank: the file is empty"))
    if len(content) > MAX_BYTES:
        faults.append(Fault("file", "length", f"has {len(content)} bytes; at most {MAX_BYTES} are allowed"))
    elif held.bytes + len(content) > MAX_BYTES_IN_ALL:
        message = f"would bring the document's attachments over {MAX_BYTES_IN_ALL} bytes in all"
        faults.append(Fault("file", "length", message))
    if held.files >= MAX_FILES:
        faults.append(Fault("file", "too_many", f"would be one more than the {MAX_FILES} a document may have"))
    return faults

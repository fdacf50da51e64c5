"""What a ZIP file is met with when it cannot be read."""

import zipfile
import zlib
from typing import Final

DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,  # packed in a way that `zipfile` does not know
    RuntimeError,  # under a password
)
"""All that `zipfile` raises over a file that is damaged, or that it cannot unpack."""

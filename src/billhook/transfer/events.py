"""What the transfer room announces, as kinds of outbox jobs."""

from typing import Final

IMPORTING: Final = "import.importing"
"""A file was checked and is to be written. Payload: `import_id`."""

"""What the press and its worker say to each other; apart from both, so that the press need not load the compiler."""

import msgspec

from billhook.documents.paper.view import PaperView


class Job(msgspec.Struct, array_like=True):
    """One document to render; `issued_at` in Unix seconds."""

    view: PaperView
    issued_at: int


class Done(msgspec.Struct, array_like=True):
    """The answer: a PDF, or what was wrong with the template; and how much memory the process holds by now."""

    pdf: bytes
    problem: str
    rss_bytes: int

"""The press's other half: a process that renders job after job from its standard input, and ends when that ends."""

import os
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec
import typst

from billhook.documents.paper.job import Done, Job
from billhook.documents.paper.render import render

MAX_ADDRESS_SPACE_BYTES = 4 * 1024**3
"""A picture that swells must end this process, not the machine."""


def main() -> None:
    """Answer frames (length in four big-endian bytes, then MessagePack) until the parent closes the pipe or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS_SPACE_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not end up between two frames
    jobs = msgspec.msgpack.Decoder(Job)
    try:
        while (frame := read_frame(sys.stdin.buffer)) is not None:
            write_frame(answers, msgspec.msgpack.encode(_do(jobs.decode(frame))))
    except BrokenPipeError:
        pass
    os._exit(0)  # nothing to save, and taking the caches down piece by piece takes longer than a document


def _do(job: Job) -> Done:
    pdf, problem = b"", ""
    try:
        pdf = render(job.view, issued_at=job.issued_at)
    except typst.TypstError as error:
        problem = error.diagnostic or error.message
    return Done(pdf, problem, rss_bytes())


def rss_bytes() -> int:
    """Return the resident memory of this process."""
    with Path("/proc/self/statm").open("rb") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def read_frame(source: BinaryIO) -> bytes | None:
    """Return the next frame, None at the end (also in the middle of a frame: the parent died)."""
    length = source.read(4)
    if len(length) < 4:
        return None
    wanted = int.from_bytes(length)
    frame = source.read(wanted)
    return frame if len(frame) == wanted else None


def write_frame(sink: BinaryIO, frame: bytes) -> None:
    """Write one frame."""
    sink.write(len(frame).to_bytes(4))
    sink.write(frame)
    sink.flush()

"""What may be attached: names, kinds, sizes."""

import pytest

from billhook.attachments.model import (
    MAX_BYTES,
    MAX_BYTES_IN_ALL,
    MAX_FILES,
    MAX_NAME,
    Held,
    cleaned,
    faults_of,
    media_type_of,
    named,
)

NOTHING = Held(0, 0)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("timesheet.pdf", "timesheet.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\ledger.xlsx", "ledger.xlsx"),
        ("..hidden.pdf", "hidden.pdf"),
        ('a"b<c>\r\nd.pdf', "abcd.pdf"),
        ("Račun  št. 7.pdf", "Račun št. 7.pdf"),
        ("...", "-"),
        ("\u202egnp.pdf", "gnp.pdf"),
        ("x" * 300 + ".pdf", "x" * (MAX_NAME - 4) + ".pdf"),
        ("x." + "y" * 300, "x"),
    ],
)
def test_a_name_is_only_a_name(said: str, kept: str) -> None:
    assert cleaned(said) == kept


@pytest.mark.parametrize(
    ("said", "content", "kept"),
    [
        ("file", b"%PDF-1.7", "file.pdf"),
        ("scan", b"\xff\xd8\xff", "scan.jpg"),
        ("file", b"text", "file"),
        ("file.png", b"%PDF-1.7", "file.png"),
    ],
)
def test_a_name_that_says_no_kind_is_completed(said: str, content: bytes, kept: str) -> None:
    assert named(said, content) == kept


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", b"%PDF-1.7 ...", "application/pdf"),
        ("A.PDF", b"%PDF-1.7 ...", "application/pdf"),
        ("a.pdf", b"<html><script>", None),
        ("a.png", b"\x89PNG\r\n\x1a\n....", "image/png"),
        ("a.jpg", b"\x89PNG\r\n\x1a\n....", None),
        ("a.csv", "Größe;1".encode("latin-1"), "text/csv"),
        ("a.csv", b"MZ\x90\x00", None),
        ("a.xlsx", b"PK\x03\x04...", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.xlsm", b"PK\x03\x04...", None),
        ("a.html", b"<html>", None),
        ("a.svg", b"<svg>", None),
        ("a.exe", b"MZ", None),
        ("a", b"text", None),
    ],
)
def test_the_kind_follows_from_name_and_content(name: str, content: bytes, media_type: str | None) -> None:
    assert media_type_of(name, content) == media_type


@pytest.mark.parametrize(
    ("name", "content", "held", "codes"),
    [
        ("a.txt", b"text", NOTHING, []),
        ("a.txt", b"x" * MAX_BYTES, Held(MAX_FILES - 1, MAX_BYTES_IN_ALL - MAX_BYTES), []),
        ("a.txt", b"x" * (MAX_BYTES + 1), NOTHING, ["length"]),
        ("a.txt", b"x", Held(1, MAX_BYTES_IN_ALL), ["length"]),
        ("a.txt", b"x", Held(MAX_FILES, 0), ["too_many"]),
        ("a.txt", b"", NOTHING, ["presence"]),
        ("", b"text", NOTHING, ["presence"]),
        (" ", b"", NOTHING, ["presence", "presence"]),
        ("a.exe", b"x", Held(MAX_FILES, MAX_BYTES_IN_ALL), ["inclusion", "length", "too_many"]),
    ],
)
def test_all_faults_are_told_at_once(name: str, content: bytes, held: Held, codes: list[str]) -> None:
    assert [fault.code for fault in faults_of(name, content, held)] == codes

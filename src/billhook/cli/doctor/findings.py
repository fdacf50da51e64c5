"""What the doctor found."""

from typing import Literal

import msgspec

Verdict = Literal["ok", "wrong"]


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at; `remedy` says how to mend what is wrong (empty where `text` says it already)."""

    subject: str
    verdict: Verdict
    text: str
    remedy: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether something has to be done."""
        return self.verdict == "wrong"


def note(subject: str, text: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(subject, "ok", text)


def wrong(subject: str, text: str, remedy: str) -> Finding:
    """Return that something is not."""
    return Finding(subject, "wrong", text, remedy)


def report(findings: list[Finding], *, as_json: bool) -> str:
    """Return the findings for people, or as a JSON array."""
    if as_json:
        return msgspec.json.format(msgspec.json.encode(findings), indent=2).decode()
    width = max(len(finding.subject) for finding in findings)
    lines = [line for finding in findings for line in _lines(finding, width)]
    count = sum(finding.is_wrong for finding in findings)
    last = "Nothing is wrong." if not count else f"{count} thing{'s are' if count > 1 else ' is'} wrong."
    return "\n".join([*lines, "", last])


def _lines(finding: Finding, width: int) -> list[str]:
    mark = "✗" if finding.is_wrong else "✓"
    first = f"{mark} {finding.subject:<{width}}  {finding.text}"
    return [first, f"  {'':<{width}}  → {finding.remedy}"] if finding.remedy else [first]

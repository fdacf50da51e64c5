"""Paths in any case: literal words match however they are written, ids and links are left as they are."""

from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

_PARAMETER = ""


class AnyCase:
    """ASGI middleware that rewrites the literal words of a path to the case its route was declared in."""

    def __init__(self, app: ASGIApp, paths: list[str]) -> None:
        self.app = app
        self.root: dict[str, Any] = {}
        for path in paths:
            node = self.root
            for part in filter(None, path.split("/")):  # "/" has none: as a part, "" would be a parameter
                literal = not part.startswith("{")
                _, node = node.setdefault(part.lower() if literal else _PARAMETER, (part if literal else None, {}))

    def canonical(self, path: str) -> str:
        """Return the path with its literal words in declared case; unknown paths come back unchanged."""
        parts, node = path.strip("/").split("/"), self.root
        for index, part in enumerate(parts):
            found = node.get(part.lower()) or node.get(_PARAMETER)
            if found is None:
                return path
            if found[0] is not None:
                parts[index] = found[0]
            node = found[1]
        return "/" + "/".join(parts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite and pass on."""
        if scope["type"] == ScopeType.HTTP:
            path = self.canonical(scope["path"])
            scope["path"] = path
            scope["raw_path"] = path.encode()
        await self.app(scope, receive, send)

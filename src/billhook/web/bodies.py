"""The request as our routes see it: who asks, the database, and a body read once, numbers exactly as written."""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile

from billhook.db import Database
from billhook.settings import Settings
from billhook.web.brackets import nest
from billhook.web.principal import Principal, Unauthenticated
from billhook.web.problems import Malformed


def _exact(literal: str) -> Decimal:
    try:
        number = Decimal(literal)
    except InvalidOperation:
        raise Malformed(why=f"`{literal[:40]}` is not a number") from None
    if number.adjusted() > 30 or number.adjusted() < -30:  # 1E+999999 would be a number of a million digits
        raise Malformed(why=f"the number `{literal[:40]}` is out of all proportion")
    return number


_decode = msgspec.json.Decoder(float_hook=_exact).decode


CONTENT = "billhook.content"
"""Where a request's scope keeps what its body holds."""


class BillhookRequest(Request[Any, Any, Any]):
    """A request whose `json()` takes JSON and forms alike and knows no float."""

    @property
    def database(self) -> Database:
        """The application's database."""
        database: Database = self.app.state.database
        return database

    @property
    def settings(self) -> Settings:
        """The application's settings."""
        settings: Settings = self.app.state.settings
        return settings

    @property
    def public_url(self) -> str:
        """What links to this installation begin with."""
        url: str = self.app.state.public_url
        return url

    @property
    def principal(self) -> Principal:
        """Who asks. Raises Unauthenticated on a public route that nobody signed."""
        principal: Principal | None = self.scope.get("user")
        if principal is None:
            raise Unauthenticated
        return principal

    async def body(self) -> bytes:
        """Return the body; one that is empty says nothing, as an empty object does."""
        return await super().body() or b"{}"

    async def json(self) -> Any:
        """Return the body as plain values; an empty body is an empty object. Raises Malformed."""
        if CONTENT not in self.scope:
            self.scope[CONTENT] = await self._read()  # type: ignore[literal-required] - for the second pass of a refusal
        return self.scope[CONTENT]  # type: ignore[literal-required]

    async def _read(self) -> Any:
        body = await self.body()
        if not body.strip():
            return {}
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            try:
                return nest(body.decode())
            except UnicodeDecodeError:
                raise Malformed(why="it is not UTF-8") from None
        try:
            return _decode(body)
        except msgspec.DecodeError as error:
            raise Malformed(why=str(error)) from None
        except (UnicodeDecodeError, RecursionError):
            raise Malformed(why="it is not JSON in UTF-8 of a sane depth") from None

    async def upload(self) -> bytes:
        """Return the bytes of an uploaded file: the first one of a multipart form, else the body itself."""
        if self.headers.get("content-type", "").startswith("multipart/form-data"):
            for field in (await self.form()).values():
                if isinstance(field, UploadFile):
                    return await field.read()
            raise Malformed(why="it holds no file; send the file as a field of a multipart form")
        return await super().body()

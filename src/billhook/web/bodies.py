"""The request as our routes see it: who asks, the database, and a body read once, numbers exactly as written."""

from decimal import Decimal, InvalidOperation
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, NamedTuple, cast
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile

from billhook.db import Database
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, invalid
from billhook.settings import Settings
from billhook.web.brackets import nest
from billhook.web.principal import Principal, Unauthenticated
from billhook.web.problems import Malformed
from billhook.web.spelling import slips
from billhook.web.types import is_sane


def _exact(literal: str) -> Decimal:
    try:
        number = Decimal(literal)
    except InvalidOperation:
        raise Malformed(why=f"`{literal[:40]}` is not a number") from None
    if not is_sane(number):
        raise Malformed(why=f"the number `{literal[:40]}` is out of all proportion")
    return number


_decode = msgspec.json.Decoder(float_hook=_exact).decode


def _decoded(body: bytes) -> Any:
    try:
        return _decode(body)
    except msgspec.DecodeError as error:
        raise Malformed(why=str(error)) from None
    except (UnicodeDecodeError, RecursionError):
        raise Malformed(why="it is not JSON in UTF-8 of a sane depth") from None


def _refuse_null(content: Any, path: str) -> None:
    """Refuse the null character wherever it stands: no text column can keep it. Raises Invalid naming the field."""
    if isinstance(content, str) and "\x00" in content:
        raise invalid("body", path[:120], "format", "must not hold a null character")
    if isinstance(content, dict):
        for key, value in content.items():
            _refuse_null(key, path)
            _refuse_null(value, f"{path}.{key}".strip("."))
    elif isinstance(content, list):
        for index, value in enumerate(content):
            _refuse_null(value, f"{path}.{index}".strip("."))


async def refuse_null_in_url(request: Request[Any, Any, Any]) -> None:
    """Refuse a path or query with a null character, before any route looks at it. Raises Invalid."""
    if "\x00" in request.scope["path"]:
        raise invalid("request", "path", "format", "must not hold a null character")
    if b"%00" in request.scope["query_string"]:
        pairs = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
        name = next((key for key, value in pairs if "\x00" in key + value), "query")
        raise invalid("request", name.replace("\x00", "")[:120], "format", "must not hold a null character")


CONTENT = "billhook.content"
"""Where a request's scope keeps what its body holds."""


class Upload(NamedTuple):
    """A file that came with a request, and what the sender calls it."""

    name: str
    content: bytes


class Spooled(NamedTuple):
    """The same, its bytes on disk beyond SPOOLED_BYTES."""

    name: str
    file: BinaryIO


SPOOLED_BYTES = 1024**2
DATABASE = "billhook.database"
"""Where a scope's state names the database its request has to work on, if it is not the application's own."""
OPERATION = "billhook.operation"
"""Where a scope's state keeps the id of what is being done, when the request may come again after a crash half-way."""


class BillhookRequest(Request[Any, Any, Any]):
    """A request whose `json()` takes JSON and forms alike and knows no float."""

    @property
    def database(self) -> Database:
        """The application's database, or the one transaction that this request is."""
        database: Database = self.scope["state"].get(DATABASE) or self.app.state.database
        return database

    @property
    def operation(self) -> Id | None:
        """The id of what is being done, the same when the request is repeated with its key; None without a key."""
        operation: Id | None = self.scope["state"].get(OPERATION)
        return operation

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

    @property
    def content(self) -> Any:
        """What the body holds, once it was read; a refusal, which has a request of its own, finds it here again."""
        return self.scope.get(CONTENT)

    async def body(self) -> bytes:
        """Return the body; one that is empty says nothing, as an empty object does."""
        return await super().body() or b"{}"

    async def json(self) -> Any:
        """Return the body as plain values; an empty body is an empty object. Raises Malformed, Invalid (slips)."""
        if CONTENT not in self.scope:
            self.scope[CONTENT] = await self._read()  # type: ignore[literal-required]
            field = getattr(self.route_handler, "parsed_data_field", None)
            if field is not None and (faults := slips(self.content, field.annotation, self.app.state.words)):
                raise Invalid(getattr(field.annotation, "__name__", "body").removesuffix("In"), faults)
        return self.content

    async def _read(self) -> Any:
        body = await self.body()
        if not body.strip():
            return {}
        is_form = self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        if is_form and body.lstrip()[:1] not in (b"{", b"["):  # curl calls a form what it was not told to be JSON
            try:
                content: Any = nest(body.decode())
            except UnicodeDecodeError:
                raise Malformed(why="it is not UTF-8") from None
        else:
            content = _decoded(body)
        if b"\\u0000" in body or b"%00" in body or b"\x00" in body:
            _refuse_null(content, "")
        return content

    async def upload(self) -> Upload:
        """Return an uploaded file: that of a multipart form, else the body, which has no name. Raises Malformed."""
        if self.headers.get("content-type", "").startswith("multipart/form-data"):
            fields = (await self.form()).multi_items()
            uploaded = [value for _, value in fields if isinstance(value, UploadFile)]
            if len(uploaded) != 1:
                found = "several files; send them one by one" if uploaded else "no file; send it as a field of the form"
                raise Malformed(why=f"it holds {found}")
            return Upload(uploaded[0].filename or "", await uploaded[0].read())
        return Upload("", await super().body())

    async def upload_spooled(self) -> Spooled:
        """Return the same as a file that lies on disk when it is large: for what nobody wants in memory."""
        if self.headers.get("content-type", "").startswith("multipart/form-data"):
            for field in (await self.form()).values():
                if isinstance(field, UploadFile):
                    return Spooled(field.filename or "", cast("BinaryIO", field.file))
            raise Malformed(why="it holds no file; send the file as a field of a multipart form")
        file = SpooledTemporaryFile[bytes](SPOOLED_BYTES)
        try:
            async for piece in self.stream():
                file.write(piece)
        except BaseException:
            file.close()
            raise
        return Spooled("", cast("BinaryIO", file))

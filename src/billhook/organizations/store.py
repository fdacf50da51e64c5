"""The statements of the organizations room."""

from typing import Any

from billhook.db import Statements, Tx
from billhook.kernel.ids import Id
from billhook.organizations.model import Entered, Identity, Organization, Setting

sql = Statements(__package__)

Custom = dict[str, Any]
Data = list[dict[str, Any]]


@sql.enter
async def enter_organization(tx: Tx, organization: Id, organization_shard: int, actor: Id) -> Entered | None: ...


@sql.enter
async def enter_of_setting(tx: Tx, setting: Id, setting_shard: int, actor: Id) -> Entered | None: ...


@sql.one
async def insert_organization(
    tx: Tx,
    new_shard: int,
    id: Id,
    owner: Id,
    root: Id,
    name: str,
    country_code: str | None,
    locale: str,
    timezone: str,
    currency: str,
    rounding: str,
    identity: Identity,
    custom: Custom,
    data: Data,
    access: Id,
    settings: Custom,
    setting_ids: list[Id],
) -> Organization: ...


@sql.one
async def select_organization(tx: Tx) -> Organization | None: ...


@sql.one
async def update_organization(
    tx: Tx,
    name: str,
    country_code: str | None,
    locale: str,
    timezone: str,
    identity: Identity,
    custom: Custom,
    data: Data,
) -> Organization: ...


@sql.run
async def set_active(tx: Tx, active: bool) -> int: ...


@sql.many
async def list_settings(tx: Tx) -> list[Setting]: ...


@sql.one
async def select_setting(tx: Tx, setting: Id) -> Setting | None: ...


@sql.one
async def insert_setting(tx: Tx, id: Id, name: str, value: Any, description: str | None, l10n: Custom) -> Setting: ...


@sql.one
async def update_setting(tx: Tx, setting: Id, value: Any, description: str | None, l10n: Custom) -> Setting | None: ...


@sql.run
async def follow_setting(tx: Tx, currency: str | None, rounding: str | None) -> int: ...


@sql.run
async def delete_setting(tx: Tx, setting: Id) -> int: ...


@sql.run
async def put_image(tx: Tx, id: Id, kind: str, sha256: bytes) -> int: ...


@sql.run
async def delete_image(tx: Tx, kind: str) -> int: ...


@sql.one
async def image_hash(tx: Tx, kind: str) -> bytes | None: ...


list_reachable = sql.dynamic(Organization)
count_reachable = sql.dynamic(int)
LIST_REACHABLE = sql.text("list_reachable")
COUNT_REACHABLE = sql.text("count_reachable")

sql.finish()

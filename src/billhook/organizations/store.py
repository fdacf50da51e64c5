"""The statements of the organizations room."""

from typing import Any

import msgspec

from billhook.db import Statements, Tx
from billhook.kernel.ids import Id
from billhook.organizations.model import Access, Entered, Identity, Organization, Setting

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


class Invitee(msgspec.Struct, frozen=True):
    """Whom an invitation means; `is_known` where the address is theirs for certain."""

    id: Id
    email: str
    is_known: bool


@sql.enter
async def enter_of_access(tx: Tx, access: Id, access_shard: int, actor: Id) -> Entered | None: ...


@sql.enter
async def enter_invitation(tx: Tx, access: Id, access_shard: int, actor: Id) -> Entered | None: ...


@sql.enter
async def enter_by_letter(tx: Tx, access: Id, access_shard: int, hash: bytes) -> Entered | None: ...


@sql.one
async def lock_access(tx: Tx) -> Id | None: ...


@sql.one
async def invitee(tx: Tx, account: Id | None, email: str | None, root: Id) -> Invitee | None: ...


@sql.one
async def access_of(tx: Tx, account: Id | None, email: str | None) -> Id | None: ...


@sql.one
async def waiting_invitations(tx: Tx) -> int: ...


@sql.run
async def insert_access(
    tx: Tx, id: Id, account: Id | None, role: str, active: bool, email: str | None, inviter: Id, inviter_root: Id
) -> int: ...


@sql.one
async def select_access(tx: Tx, access: Id) -> Access | None: ...


@sql.one
async def other_admins(tx: Tx, access: Id) -> int: ...


@sql.run
async def set_access(
    tx: Tx,
    access: Id,
    role: str,
    active: bool,
    disabled: bool,
    rejected: bool,
    account: Id | None,
    inviter: Id | None,
    inviter_root: Id | None,
) -> int: ...


@sql.run
async def delete_access(tx: Tx, access: Id) -> int: ...


@sql.run
async def put_invitation_hash(tx: Tx, access: Id, hash: bytes) -> int: ...


list_access = sql.dynamic(Access)
count_access = sql.dynamic(int)
list_accesses_of = sql.dynamic(Access)
count_accesses_of = sql.dynamic(int)
LIST_ACCESS = sql.text("list_access")
COUNT_ACCESS = sql.text("count_access")
LIST_ACCESSES_OF = sql.text("list_accesses_of")
COUNT_ACCESSES_OF = sql.text("count_accesses_of")
list_reachable = sql.dynamic(Organization)
count_reachable = sql.dynamic(int)
LIST_REACHABLE = sql.text("list_reachable")
COUNT_REACHABLE = sql.text("count_reachable")

sql.finish()

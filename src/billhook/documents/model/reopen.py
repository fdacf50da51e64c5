"""A draft, said again: a change is put on top of what was asked for, and everything else is derived afresh."""

from typing import Any

import msgspec

from billhook.documents.model.document import Document
from billhook.documents.model.new import NewDocument

_FIELDS = frozenset(NewDocument.__struct_fields__)
_TELLS_WHO = ("name", "email")


def amended(before: NewDocument, draft: Document, said: dict[str, Any]) -> NewDocument:
    """Return what a draft was asked to be, changed by what is said now.

    The client stays the one it is linked to, and keys said of it add up, unless another one is named: by id, or by
    another name or e-mail. Options add up too.
    """
    changes = {name: value for name, value in said.items() if name in _FIELDS and name not in ("options", "client")}
    named = said.get("client")
    if "client_id" in changes and changes["client_id"] != draft.client_id:
        client, client_id = named or {}, changes["client_id"]
    elif named is not None and _is_another(named, draft):
        client, client_id = named, None
    else:
        client, client_id = before.client | (named or {}), draft.client_id
    options = said.get("options_said") or {}
    return msgspec.structs.replace(
        before,
        **(changes | {"client": client, "client_id": client_id}),
        options=msgspec.structs.replace(before.options, **options),
    )


def _is_another(named: dict[str, Any], draft: Document) -> bool:
    """Tell whether a name or an e-mail is said that is not the draft's client's."""
    return any(
        str(named[key] or "").strip().casefold() != str(getattr(draft.client, key) or "").strip().casefold()
        for key in _TELLS_WHO
        if key in named
    )

"""What can be done with the clients of an account, and who shows a secret."""

from billhook import accounts
from billhook.credentials import store
from billhook.credentials.model import MOST_CLIENTS, ApiClient, Fresh, TooManyClients, digest, faults_of, new_secret
from billhook.db import Tx
from billhook.kernel import ids
from billhook.kernel.ids import Id
from billhook.kernel.problems import Invalid, NotFound, NotYours
from billhook.web import Principal


async def make(tx: Tx, principal: Principal, account_id: str, *, label: str, redirect_uris: list[str]) -> Fresh:
    """Make a client of an account; its secret is known now only. Raises NotYours, Invalid, TooManyClients."""
    account = await accounts.acting_for(tx, principal, account_id)
    if faults := faults_of(label, redirect_uris):
        raise Invalid("ApiClient", faults)
    secret = new_secret()
    kept = await store.insert_client(
        tx,
        owner=account.id,
        id=ids.new(),
        label=label,
        secret_hash=digest(secret),
        hint=secret[-4:],
        redirect_uris=redirect_uris,
        most=MOST_CLIENTS,
    )
    if kept is None:
        raise TooManyClients(most=MOST_CLIENTS)
    return Fresh(secret, kept)


async def listed(tx: Tx, principal: Principal, account_id: str) -> list[ApiClient]:
    """Return the clients of an account, oldest first. Raises NotYours."""
    account = await accounts.acting_for(tx, principal, account_id)
    return await store.clients_of(tx, account.id)


async def revoke(tx: Tx, principal: Principal, account_id: str, client_id: str) -> None:
    """Take a client away, with all that was granted to it: it opens nothing from here on. Raises NotYours, NotFound."""
    account = await accounts.acting_for(tx, principal, account_id)
    if not ids.is_id(client_id):
        raise NotYours
    if not await store.delete_client(tx, account.id, Id(client_id)):
        raise NotFound(what="API client")


async def proved(tx: Tx, client_id: Id, secret: str) -> Principal | None:
    """Return whom a client stands for that shows its secret; None when there is no such client with that secret."""
    proof = await store.proof(tx, client_id)
    if proof is None or not proof.is_proved_by(secret):
        return None
    return Principal(proof.account_id, proof.root_id, proof.id, "billing")

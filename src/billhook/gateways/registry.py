"""The gateways of an installation, by name."""

from billhook.db import Database
from billhook.gateways import sandbox, stripe
from billhook.gateways.protocol import Gateway
from billhook.jobs import Handler
from billhook.settings import Seal, Settings


class Gateways:
    """Every provider this installation knows; made once a process."""

    def __init__(self, database: Database, settings: Settings, public_url: str) -> None:
        self.database = database
        self.seal = Seal(settings)
        self.public_url = public_url.rstrip("/")
        self.delay_seconds = settings.sandbox_delay_seconds
        self.sandbox = sandbox.SandboxGateway(database, self.seal, public_url)
        self.stripe = stripe.StripeGateway(settings, database.clock)
        self._by_name: dict[str, Gateway] = {self.sandbox.name: self.sandbox, self.stripe.name: self.stripe}

    def get(self, name: str) -> Gateway:
        """Return a gateway; KeyError where there is none of this name."""
        return self._by_name[name]

    def handlers(self) -> dict[str, Handler]:
        """Return what carries out the jobs of the gateways themselves."""
        return sandbox.handlers(self.database, self.sandbox)

    @property
    def page_origins(self) -> tuple[str, ...]:
        """Where the pages of all of them are."""
        return tuple(origin for gateway in self._by_name.values() for origin in gateway.page_origins)

    async def close(self) -> None:
        """End what is open to the outside."""
        await self.stripe.close()

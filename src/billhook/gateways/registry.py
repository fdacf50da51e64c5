"""The gateways of an installation, by name."""

from billhook.db import Database
from billhook.gateways import sandbox
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
        self._by_name: dict[str, Gateway] = {self.sandbox.name: self.sandbox}

    def get(self, name: str) -> Gateway:
        """Return a gateway; KeyError where there is none of this name."""
        return self._by_name[name]

    def handlers(self) -> dict[str, Handler]:
        """Return what carries out the jobs of the gateways themselves."""
        return sandbox.handlers(self.database, self.sandbox)

"""What organizations announce: kinds of outbox rows."""

from typing import Final

INVITED: Final = "organizations.invited"
"""Somebody is to be told by mail that they may act for the organization, or are asked to: `{"access_id": Id}`."""

"""Billhook: self-hosted invoicing and payments."""

__version__ = "0.1.0"

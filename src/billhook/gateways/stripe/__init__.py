"""Stripe: Connect accounts, Checkout pages, payment forms, charges without the payer, through the official library."""

from billhook.gateways.stripe.gateway import NAME, StripeGateway
from billhook.gateways.stripe.keys import WEBHOOK, Keys, faults_of_keys, is_live, masked, put_right

__all__ = ["NAME", "WEBHOOK", "Keys", "StripeGateway", "faults_of_keys", "is_live", "masked", "put_right"]

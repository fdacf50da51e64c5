"""A stand-in for Stripe, over HTTP on the loopback: strict about what is asked, honest about what it remembers."""

from tests.stripe_stand_in.server import StripeStandIn, running_stripe

__all__ = ["StripeStandIn", "running_stripe"]

"""Composing mail: what it says in which language, how it looks, and the message that carries it. Pure."""

"""What can be done with taxes and items, each inside one unit of work."""

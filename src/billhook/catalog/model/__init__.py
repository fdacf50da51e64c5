"""What is sold and how it is taxed: nouns and rules."""

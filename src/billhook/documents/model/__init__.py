"""The nouns and pure rules of documents."""

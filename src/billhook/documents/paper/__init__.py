"""The paper: a document's display strings become a PDF/A-3a and PDF/UA-1 file, the same bytes for the same strings."""

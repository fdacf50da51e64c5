"""What can be done with documents, each inside one unit of work; one file for each part of their life."""

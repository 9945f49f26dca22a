"""What a night reads as to its scheduler. Nothing else lives here."""

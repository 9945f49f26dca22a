"""What each door expects, as data: one contract per entity received and per table built."""

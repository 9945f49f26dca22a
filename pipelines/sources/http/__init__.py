"""Paged JSON APIs, read page by page into a spool."""

"""Readers: a source in, Arrow batches of text out; one module per kind."""

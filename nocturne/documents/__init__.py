"""Reports as JSON documents, for other programs: the keys stand in docs/command.md."""

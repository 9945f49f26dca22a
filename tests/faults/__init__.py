"""What goes wrong around a landing: the database, the disk, the process; and the sum afterwards."""

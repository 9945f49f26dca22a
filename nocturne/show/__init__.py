"""What each verb of the command shows: one module per verb, named as it."""

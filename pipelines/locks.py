"""The advisory locks of a warehouse, in one place so that no two share a number."""

MIGRATING = 7_000  # bringing the schemas up to date
OPENING = 7_001  # claiming an attempt
LANDING = 7_002  # one landing after the other: known_at counts them
STAGING = 7_003  # checking and staging
TRAINING = 7_004  # numbering trainings
BALANCING = 7_005  # the one balance that stands at a time
RETIRING = 7_006  # dropping replaced attempts
DELIVERING = 7_007  # one delivery at a time

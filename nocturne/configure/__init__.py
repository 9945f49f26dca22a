"""What the verbs of configuration write: a first one for files of a shop, JSON Schemas of all."""

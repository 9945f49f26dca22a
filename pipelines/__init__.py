"""The rooms of a night: land, check, stage, identify, build, score, segment, drift, publish, export."""

"""Measurements, as ratios against a named peer in the same run, with peak memory."""

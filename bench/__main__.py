"""`make bench`."""

from bench import landing

landing.show()

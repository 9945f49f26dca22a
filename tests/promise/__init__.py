"""The one promise on a random shop: same inputs, same rows, whatever road led there."""

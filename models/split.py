"""Which people are left out of a fit: always the same fifth, whoever else is there."""

import numpy as np
from numpy.typing import NDArray

# One person in five: semantics.md, "a fifth is out of the fit".
HELD_OUT_ONE_IN = 5


def is_held_out(person_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say for each person whether it is in the fifth that is kept out of the fit.

    A person is held out if splitmix64 of its id is divisible by 5. The answer depends on the id
    alone: not on the other people, their order, the platform or a seed; so a person is on the
    same side at every cut-off.

    Parameters
    ----------
    person_ids : int64 array of shape (n,)

    Returns
    -------
    bool array of shape (n,)

    References
    ----------
    .. [1] G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators",
       OOPSLA 2014.
    """
    return _splitmix64(np.asarray(person_ids, dtype=np.int64)) % np.uint64(HELD_OUT_ONE_IN) == 0


def _splitmix64(ids: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Mix the bits of each id so that neighbours are unrelated; sums and products wrap at 2^64."""
    bits = np.atleast_1d(ids).view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (bits ^ (bits >> np.uint64(31))).reshape(ids.shape)

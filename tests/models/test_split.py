import numpy as np

from models.split import _splitmix64, is_held_out


def test_the_hash_is_the_published_splitmix64():
    # First outputs for the seeds 0 and 1234567, as published with the reference code.
    hashed = _splitmix64(np.array([0, 1234567], dtype=np.int64))
    assert hashed.tolist() == [0xE220A8397B1DCDAF, 6457827717110365317]


def test_a_fifth_is_held_out():
    share = is_held_out(np.arange(100_000)).mean()
    assert abs(share - 0.2) < 4 * np.sqrt(0.2 * 0.8 / 100_000)


def test_a_person_is_on_the_same_side_whoever_else_is_there():
    ids = np.array([5, -3, 2**62, 0, 77])
    alone = [bool(is_held_out(ids[i : i + 1])[0]) for i in range(len(ids))]
    assert is_held_out(ids).tolist() == alone
    assert is_held_out(ids[::-1]).tolist() == alone[::-1]


def test_nobody_is_split_into_nobody():
    assert is_held_out(np.array([], dtype=np.int64)).shape == (0,)

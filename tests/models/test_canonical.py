import hashlib

import pytest

from models.canonical import model_id, read_header, to_canonical_json
from models.errors import UnreadableModel


def test_canonical_json_sorts_keys_and_wastes_no_space():
    assert to_canonical_json({"b": [0.1, 1e-300], "a": 1}) == b'{"a":1,"b":[0.1,1e-300]}'


def test_a_number_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        to_canonical_json({"a": float("nan")})


def test_an_id_is_twelve_hex_digits_of_the_sha256():
    content = b"model" + b'{"features":["a"]}' + (18).to_bytes(8, "big")
    assert model_id(b"model", ["a"]) == hashlib.sha256(content).hexdigest()[:12]


def test_an_id_tells_bytes_features_and_their_order_apart():
    ids = {
        model_id(b"model", ["a", "b"]),
        model_id(b"model", ["b", "a"]),
        model_id(b"model", ["ab"]),
        model_id(b"mode", ["a", "b"]),
    }
    assert len(ids) == 4


@pytest.mark.parametrize("damaged", [b"", b"\x80\x04pickle", b"[1]", b'{"no":"name"}'])
def test_bytes_that_are_no_model_are_refused_with_a_sentence(damaged):
    with pytest.raises(UnreadableModel, match="The model's bytes"):
        read_header(damaged)

"""The one way to write a model as bytes, and the name those bytes get."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from models.errors import UnreadableModel


def to_canonical_json(content: dict[str, Any]) -> bytes:
    """Write content as JSON with sorted keys, no whitespace and the shortest exact floats.

    Raises
    ------
    ValueError
        If a number is not finite: JSON has no word for it.
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("ascii")


def read_header(model_bytes: bytes) -> tuple[dict[str, Any], bytes]:
    """Split model bytes into the JSON header, which is their first line, and what follows it.

    Raises
    ------
    UnreadableModel
        If the first line is not a JSON object that names the kind of model.
    """
    line, _, body = model_bytes.partition(b"\n")
    try:
        header = json.loads(line)
    except ValueError as error:
        raise UnreadableModel(f"The model's bytes do not begin with JSON: {error}.") from error
    if not isinstance(header, dict) or "kind" not in header:
        raise UnreadableModel("The model's bytes begin with JSON that names no 'kind' of model.")
    return header, body


def model_id(model_bytes: bytes, feature_names: Sequence[str]) -> str:
    """Name a model: the first 12 hex digits of the sha256 of its bytes and its feature list.

    The feature list follows the bytes as canonical JSON with its length before it, so that no
    other split of the same characters into bytes and names has the same id.
    """
    names = to_canonical_json({"features": list(feature_names)})
    length = len(names).to_bytes(8, "big")
    return hashlib.sha256(model_bytes + names + length).hexdigest()[:12]

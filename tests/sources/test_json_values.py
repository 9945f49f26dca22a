"""A path finds in text what it finds in the value, each thing with the text it was written with."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.configuration.sources.json_path import steps_of
from pipelines.sources.http.json_values import first, parsed, values_at

SCALARS = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(st.lists(VALUES), st.sampled_from([None, 1, "\t"]), st.booleans())
def test_each_record_has_the_text_it_came_with(records, indent, plain):
    page = {"before": [1, {"orders": "]"}], "data": {"orders": records}, "after": "}"}
    text = json.dumps(page, indent=indent, ensure_ascii=plain)
    found = list(values_at(text, "$.data.orders[*]"))
    assert [json.loads(raw) for raw, _ in found] == records
    assert all(raw in text for raw, _ in found)


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ('{"a": {"b c": 1.10}}', '$.a."b c"', "1.10"),
        ('{"a": [5, 6]}', "$.a[1]", "6"),
        ('[{"a": 1}, {"a": 2}]', "$[*].a", "1"),
        ('{"a": {"a": 3}}', "$.a[*].a", "3"),
        ('{"a": null}', "$.a", None),
        ("{}", "$.a.b[*]", None),
        ('"text"', "$.a", None),
        ("[]", "$[*]", None),
    ],
)
def test_paths(text, path, expected):
    assert first(text, path) == expected


@pytest.mark.parametrize("path", ["", "a", "$.", "$.a[", "$..a", "$.a[-1]", "$[?(@.a)]"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match=r".*"):
        steps_of(path)


@pytest.mark.parametrize("text", ["", "{", "[1,]", "nope", "[" * 100_000, '{"a": 1} x'])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        parsed(text)


def test_a_number_of_any_length_is_read():
    assert parsed("9" * 10_000) == "9" * 10_000

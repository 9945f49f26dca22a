"""A file that is odd YAML costs one sentence, and neither time nor memory."""

import pytest

from pipelines.configuration.faults import Faults
from pipelines.configuration.yaml_files import read_yaml

BOMB = "a: &a [x, x]\n" + "".join(
    f"{each}: &{each} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, each in zip("abcdefghi", "bcdefghij", strict=True)
)


def faults_of(tmp_path, text):
    path = tmp_path / "settings.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    faults = Faults()
    assert read_yaml(path, "settings.yml", faults) is None
    return list(faults)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("opened_on: 2026-13-01\n", "2026-13-01 in line 1 is no day or instant"),
        ("a: 1\nb: 2026-02-30 25:00:00\n", "2026-02-30 25:00:00 in line 2 is no day or instant"),
        ("a: !!int x\n", "x in line 1 is no int"),
        ("a: !!bool x\n", "x in line 1 is no bool"),
        ("a: !!python/object:os.system x\n", "could not determine a constructor"),
        (BOMB, "its aliases stand for more than 100,000 values"),
        ("a: &a [*a]\n", "its aliases stand for more than 100,000 values"),
        ("a: " + "[" * 5000, "more than 50 levels deep in line 1"),
        ("{a: " * 60 + "1" + "}" * 60, "more than 50 levels deep in line 1"),
        ("".join(f"{' ' * n}a:\n" for n in range(60)), "more than 50 levels deep in line"),
        ("a: 1\na: 2\n", "a stands twice below line 1"),
        ("a: [1\n", "expected ',' or ']'"),
        (b"a: \xff\n", "can't decode byte"),
        ("a: \x00\n", "special characters are not allowed"),
        ("- a\n", "expected names with values, found list"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, text, said):
    [sentence] = faults_of(tmp_path, text)
    assert sentence.startswith("settings.yml: ")
    assert said in sentence
    assert "\n" not in sentence


def test_a_folder_in_the_place_of_a_file_is_one_sentence(tmp_path):
    (tmp_path / "settings.yml").mkdir()
    faults = Faults()
    assert read_yaml(tmp_path / "settings.yml", "settings.yml", faults) is None
    assert "Is a directory" in faults[0]


def test_an_alias_stands_for_what_it_names(tmp_path):
    path = tmp_path / "sources.yml"
    path.write_text("a: &x {y: 1}\nb: *x\n")
    assert read_yaml(path, "sources.yml", Faults()) == {"a": {"y": 1}, "b": {"y": 1}}

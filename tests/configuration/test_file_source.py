"""The keys of a source of files: every fault at once, and no secret in the open."""

from tests.support.source_entries import read_source


def read(**entry):
    options, faults = read_source("csv", **entry)
    return options, [fault.removeprefix("sources.yml: ") for fault in faults]


def test_what_is_not_said_has_its_default():
    options, faults = read(path="till/*.csv")
    assert faults == []
    assert options == {
        "path": "/home/till/*.csv", "encoding": "utf-8", "delimiter": ",", "settle_seconds": 0,
    }  # fmt: skip


def test_every_fault_is_told_at_once():
    _, faults = read(path="", encoding="klingon", delimiter="||", settle_seconds="soon")
    places = [fault.split(" is ")[0] for fault in faults]
    assert places == ["shop.path", "shop.encoding", "shop.delimiter", "shop.settle_seconds"]


def test_keys_in_the_open_are_refused_and_not_repeated():
    _, faults = read(path="s3://b/*.csv", access_key="AKIA", secret_key="hush")
    assert [fault.split(" stands there in the open")[0] for fault in faults] == [
        "shop.access_key", "shop.secret_key",
    ]  # fmt: skip
    _, faults = read(path="s3://AKIA:hush@b/*.csv")
    assert "keys go into access_key" in faults[0]
    assert "hush" not in str(faults)


def test_placeholders_stay_as_they_are_written():
    given = {"path": "s3://b/*.csv", "access_key": "${A}", "secret_key": "${B}"}
    options, faults = read(**given)
    assert faults == []
    assert {key: options[key] for key in given} == given


def test_what_is_for_an_object_storage_is_a_fault_of_a_local_path():
    _, faults = read(path="till/*.csv", region="eu-central-1")
    assert faults == ["shop.region is for a path like s3://bucket/…; this one is local."]

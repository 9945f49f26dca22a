import hashlib
import socket
from datetime import UTC, datetime, timedelta

import pytest
import urllib3

from pipelines.errors import SourceUnavailable
from pipelines.sources.files import object_storage, remote_files
from tests.support.file_content import drawn
from tests.support.object_storage import BUCKET, KEYS, Bucket, Line, client_of, moto_server

ROWS = b"a,b\n1,2\n3,4\n"


@pytest.fixture(scope="module")
def port():
    with moto_server() as port:
        yield port


@pytest.fixture
def bucket(port, tmp_path):
    urllib3.request("POST", f"http://127.0.0.1:{port}/moto-api/reset")
    client = client_of(port)
    client.create_bucket(Bucket=BUCKET)
    return Bucket(port, tmp_path, client)


def names(arrivals):
    return [arrival.name for arrival in arrivals if not arrival.left]


def said(bucket, **more):
    """Return what is said where a source cannot be reached."""
    with pytest.raises(SourceUnavailable) as raised:
        list(bucket.arrivals(**more))
    assert not any(secret in str(raised.value) for secret in KEYS.values())
    return str(raised.value)


def test_an_object_is_read_as_the_file_it_is(bucket):
    bucket.put("till/1.csv", ROWS)
    for arrival in bucket.arrivals():
        _, rows = drawn(arrival.read())
        assert rows == {1: ("1", "2"), 2: ("3", "4")}
        assert arrival.digest == hashlib.sha256(ROWS).hexdigest()
        assert arrival.byte_count == len(ROWS)


def test_a_glob_grows_and_stays_in_its_folder(bucket):
    for key in ("till/1.csv", "till/1.txt", "till/old/0.csv", "till.csv", "other/1.csv"):
        bucket.put(key, ROWS)
    assert names(bucket.arrivals()) == ["1.csv"]
    bucket.put("till/2.csv", ROWS)
    assert names(bucket.arrivals()) == ["1.csv", "2.csv"]
    every = f"s3://{BUCKET}/till/**/*.csv"
    assert names(bucket.arrivals(path=every)) == ["1.csv", "2.csv", "old/0.csv"]
    assert names(bucket.arrivals(path=f"s3://{BUCKET}/till/old/0.csv")) == ["0.csv"]
    assert names(bucket.arrivals(path=f"s3://{BUCKET}/*/[12].csv")) == [
        "other/1.csv", "till/1.csv", "till/2.csv",
    ]  # fmt: skip


def test_a_folder_in_which_nothing_has_arrived_yet_is_no_fault(bucket):
    assert list(bucket.arrivals()) == []


def test_what_was_landed_is_not_fetched_again_until_it_changes_or_somebody_insists(
    bucket, monkeypatch
):
    bucket.put("till/1.csv", ROWS)
    [first] = bucket.arrivals()
    known = {"stamps": {"1.csv": first.stamp}}
    with monkeypatch.context() as patched:
        patched.setattr(remote_files, "_fetch", lambda *_: pytest.fail("it was fetched"))
        [passed] = bucket.arrivals(known)
    assert "landed before" in passed.left
    assert names(bucket.arrivals(known | {"again": ("1.csv",)})) == ["1.csv"]
    bucket.put("till/1.csv", ROWS + b"5,6\n")
    [changed] = bucket.arrivals(known)
    assert changed.stamp != first.stamp
    assert changed.digest != first.digest


def test_an_object_that_goes_while_it_is_fetched_is_left(bucket, monkeypatch):
    bucket.put("till/1.csv", ROWS)
    copy = remote_files._copy

    def copy_then_lose(*given):
        digest = copy(*given)
        bucket.client.delete_object(Bucket=BUCKET, Key="till/1.csv")
        return digest

    monkeypatch.setattr(remote_files, "_copy", copy_then_lose)
    [arrival] = bucket.arrivals()
    assert "changed or went while it was fetched" in arrival.left


def test_an_object_written_over_in_the_same_second_while_it_is_fetched_is_left(bucket, monkeypatch):
    bucket.put("till/1.csv", ROWS)
    copy = remote_files._copy

    def copy_then_change(*given):
        digest = copy(*given)
        bucket.put("till/1.csv", ROWS.replace(b"4", b"5"))
        return digest

    monkeypatch.setattr(remote_files, "_copy", copy_then_change)
    [arrival] = bucket.arrivals()
    assert "changed or went while it was fetched" in arrival.left


def test_what_is_still_being_uploaded_is_left(bucket):
    for key in ("till/1.csv.part", "till/_2.csv", "till/3.csv"):
        bucket.put(key, ROWS)
    given = {"now": datetime.now(UTC)}
    told = {a.name: a.left for a in bucket.arrivals(given, path=f"s3://{BUCKET}/till/*")}
    assert "as its name says" in told["1.csv.part"]
    assert "begins with _" in told["_2.csv"]
    assert told["3.csv"] is None
    named = {"path": f"s3://{BUCKET}/till/3.csv", "settle_seconds": 600}
    [young] = bucket.arrivals(given, **named)
    assert "`settle_seconds` is 600" in young.left
    assert names(bucket.arrivals({"now": given["now"] + timedelta(hours=1)}, **named)) == ["3.csv"]


def test_a_missing_bucket_is_said(bucket):
    assert "bucket does not exist" in said(bucket, path="s3://shut/till/*.csv")


def test_nobody_listening_is_said_after_some_tries(bucket):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert "Could not connect" in said(bucket, endpoint=f"http://127.0.0.1:{port}")


def test_wrong_keys_are_said_without_them(bucket):
    address = f"http://127.0.0.1:{bucket.port}/moto-api/reset-auth"
    urllib3.request("POST", address, body=b"0")
    try:
        told = said(bucket)
    finally:
        urllib3.request("POST", address, body=b"inf")
    assert "AWS Error" in told
    assert "keys in sources.yml" in told


def test_a_secret_nobody_knows_is_said_by_its_name(bucket):
    with pytest.raises(SourceUnavailable, match=r"nobody knows \$\{S3_KEY\}"):
        list(bucket.arrivals({"secret": {}.get}))


@pytest.fixture
def line(bucket, monkeypatch):
    monkeypatch.setattr(remote_files, "LONGEST_PAUSE", 0)
    monkeypatch.setattr(object_storage, "ATTEMPTS", 1)
    line = Line(bucket.port)
    yield line
    line.close()


def test_a_line_cut_in_the_middle_of_an_object_is_tried_again_and_then_said(bucket, line):
    bucket.put("till/1.csv", b"a,b\n" + b"1,2\n" * 3_000_000)
    line.left = 6_000_000  # the object's second piece
    told = said(bucket, endpoint=f"http://127.0.0.1:{line.port}")
    assert "till/*.csv cannot be fetched" in told


def test_a_line_that_comes_back_goes_on_with_the_whole_object(bucket, line, monkeypatch):
    content = b"a,b\n" + b"1,2\n" * 3_000_000
    bucket.put("till/1.csv", content)
    line.left = 6_000_000
    copy, tries = remote_files._copy, []

    def copy_again(*given):
        tries.append(given)
        if len(tries) == 2:
            line.left = 1 << 40
        return copy(*given)

    monkeypatch.setattr(remote_files, "_copy", copy_again)
    for arrival in bucket.arrivals(endpoint=f"http://127.0.0.1:{line.port}"):
        reading = arrival.read()
        assert sum(batch.num_rows for batch in reading.batches) == 3_000_000
    assert len(tries) == 2


def test_nothing_fetched_is_left_behind(bucket):
    bucket.put("till/1.csv", ROWS)
    found = bucket.arrivals()
    next(found)
    assert list(bucket.home.iterdir()) == []  # it has no name even while it is read
    found.close()
    assert list(bucket.home.iterdir()) == []

"""The transfer itself: cut, continued, changed in between."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clue.data.download.download import Downloader
from clue.data.download.partial_file import PartialFile
from clue.errors import DataError, DataMissing
from tests.clue.data.download.server import Answer, Server
from tests.clue.data.download.transfer import BODY, FAST_RETRIES, ONE, TWO, download, source


def test_a_whole_file_arrives_and_nothing_else_stays(server: Server, tmp_path: Path) -> None:
    url = server.serve("/x", Answer(BODY, etag=ONE))
    assert download(url, tmp_path / "new" / "x") == BODY
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["x"]


@pytest.mark.parametrize("validator", [{"etag": ONE}, {"headers": {"Last-Modified": "Mon"}}])
def test_a_cut_download_goes_on_where_it_was(
    server: Server, tmp_path: Path, validator: dict[str, str]
) -> None:
    url = server.serve("/x", Answer(BODY, cut=100, **validator), Answer(BODY, **validator))  # type: ignore[arg-type]
    assert download(url, tmp_path / "x") == BODY
    assert server.ranges() == [None, "bytes=100-"]


def test_another_command_goes_on_where_the_last_one_failed(server: Server, tmp_path: Path) -> None:
    url = server.serve("/x", Answer(BODY, cut=100, etag=ONE), Answer(status=503))
    with pytest.raises(
        DataMissing, match=r"answers 503, 3 times\. Run .* later\. 100 of 10,240 bytes are kept in"
    ):
        download(url, tmp_path / "x")
    server.serve("/x", Answer(BODY, etag=ONE))
    assert download(url, tmp_path / "x") == BODY
    assert server.ranges()[-1] == "bytes=100-"


def test_a_complete_part_is_not_asked_for_again(server: Server, tmp_path: Path) -> None:
    url = server.serve("/x", Answer(BODY, etag=ONE))
    for _ in range(2):
        with PartialFile(tmp_path / "x") as part:
            Downloader(FAST_RETRIES).download(source(url), part)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "first",
    [
        Answer(BODY, cut=100),
        Answer(BODY, cut=100, etag='W/"weak"'),
    ],
    ids=["nothing names the version", "a weak validator"],
)
def test_without_a_version_a_download_begins_again(
    server: Server, tmp_path: Path, first: Answer
) -> None:
    url = server.serve("/x", first, Answer(BODY))
    assert download(url, tmp_path / "x") == BODY
    assert server.ranges() == [None, None]


def test_a_server_without_ranges_begins_again(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = server.serve("/x", Answer(BODY, cut=100, etag=ONE), Answer(BODY, etag=ONE, ranges=False))
    assert download(url, tmp_path / "x") == BODY
    assert "x: the server cannot continue, from the beginning again" in caplog.text


def test_a_file_that_changed_in_between_begins_again(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = BODY[::-1]
    url = server.serve("/x", Answer(BODY, cut=100, etag=ONE), Answer(other, etag=TWO))
    assert download(url, tmp_path / "x") == other
    assert server.ranges() == [None, "bytes=100-"]
    assert "x: the file has changed, from the beginning again" in caplog.text


def test_the_rest_of_another_version_is_not_appended(server: Server, tmp_path: Path) -> None:
    """A server that overlooks If-Range and sends the range of what it has now."""
    other = BODY[::-1]
    rest = Answer(
        other[100:],
        status=206,
        etag=TWO,
        headers={"Content-Range": f"bytes 100-{len(other) - 1}/{len(other)}"},
    )
    url = server.serve("/x", Answer(BODY, cut=100, etag=ONE), rest, Answer(other, etag=TWO))
    assert download(url, tmp_path / "x") == other
    assert server.ranges() == [None, "bytes=100-", None]


@pytest.mark.parametrize("where", ["bytes 99-10239/10240", "bytes 100-10239/9999", "nonsense"])
def test_a_range_that_was_not_asked_for_is_not_appended(
    server: Server, tmp_path: Path, where: str
) -> None:
    odd = Answer(b"?" * 10140, status=206, etag=ONE, headers={"Content-Range": where})
    url = server.serve("/x", Answer(BODY, cut=100, etag=ONE), odd, Answer(BODY, etag=ONE))
    assert download(url, tmp_path / "x") == BODY


def test_a_shorter_range_than_asked_for_is_continued(server: Server, tmp_path: Path) -> None:
    some = Answer(
        BODY[100:200], status=206, etag=ONE, headers={"Content-Range": "bytes 100-199/10240"}
    )
    url = server.serve("/x", Answer(BODY, cut=100, etag=ONE), some, Answer(BODY, etag=ONE))
    assert download(url, tmp_path / "x") == BODY
    assert server.ranges() == [None, "bytes=100-", "bytes=200-"]


def test_a_web_page_leaves_what_has_arrived(server: Server, tmp_path: Path) -> None:
    page = Answer(b"<html>Log in", headers={"Content-Type": "text/html"})
    url = server.serve("/x", Answer(BODY, cut=100, etag=ONE), page)
    with pytest.raises(DataError, match="gave a web page, not the file"):
        download(url, tmp_path / "x")
    assert (tmp_path / ".part-x").read_bytes() == BODY[:100]


def test_a_range_that_the_server_cannot_satisfy_begins_again(
    server: Server, tmp_path: Path
) -> None:
    url = server.serve("/x", Answer(BODY, cut=100, etag=ONE), Answer(status=416), Answer(BODY))
    assert download(url, tmp_path / "x") == BODY


def test_a_connection_that_is_always_cut_says_what_is_kept(server: Server, tmp_path: Path) -> None:
    url = server.serve("/x", Answer(BODY, cut=100, etag=ONE, ranges=False))
    message = rf"was cut, 3 times\. 100 of 10,240 bytes are kept in {tmp_path}/\.part-x: the same"
    with pytest.raises(DataMissing, match=message):
        download(url, tmp_path / "x")
    assert len(server.requests) == 3
    assert not (tmp_path / "x").exists()


def test_a_torn_note_of_the_version_begins_again(server: Server, tmp_path: Path) -> None:
    url = server.serve("/x", Answer(BODY, etag=ONE))
    (tmp_path / ".part-x").write_bytes(BODY[:100])
    (tmp_path / ".part-x.json").write_text('{"url": ')
    assert download(url, tmp_path / "x") == BODY
    assert server.ranges() == [None]


def test_a_part_of_another_address_begins_again(server: Server, tmp_path: Path) -> None:
    one = server.serve("/one", Answer(BODY, cut=100, etag=ONE))
    with pytest.raises(DataMissing):
        download(one, tmp_path / "x")
    two = server.serve("/two", Answer(BODY[::-1], etag=ONE))
    assert download(two, tmp_path / "x") == BODY[::-1]
    assert server.ranges()[3:] == [None]


@settings(max_examples=25)
@given(
    st.binary(min_size=1, max_size=300), st.lists(st.integers(0, 300), max_size=2), st.booleans()
)
def test_however_it_is_cut_the_bytes_are_those_of_the_server(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, cuts: list[int], ranges: bool
) -> None:
    target = tmp_path_factory.mktemp("cut") / "x"
    with Server().running() as server:
        answers = [Answer(body, cut=min(cut, len(body) - 1), etag=ONE) for cut in cuts]
        url = server.serve("/x", *answers, Answer(body, etag=ONE, ranges=ranges))
        assert download(url, target) == body

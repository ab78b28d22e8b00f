from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clue.data.download import physionet
from clue.data.registry import DATASETS

NOTES = "https://physionet.org/files/mimic-iv-note/2.2/note/discharge.csv.gz"


def test_the_files_of_mimic_belong_to_two_releases() -> None:
    mimic = DATASETS["mimic"]
    assert mimic.address("notes") == NOTES
    assert (
        physionet.release_page(mimic, NOTES) == "https://physionet.org/content/mimic-iv-note/2.2/"
    )
    assert physionet.checksum_list(NOTES) == (
        "https://physionet.org/files/mimic-iv-note/2.2/SHA256SUMS.txt",
        "note/discharge.csv.gz",
    )
    by_hand = physionet.wget_command(mimic, NOTES, Path("/d/mimic"), "a b")
    assert by_hand == (f"`(umask 077 && wget -c -P /d/mimic --user 'a b' --ask-password {NOTES})`")


def test_open_data_have_the_page_of_the_data_set_and_no_list() -> None:
    meqsum = DATASETS["meqsum"]
    assert physionet.release_page(meqsum, meqsum.address("test")) == meqsum.page
    assert physionet.checksum_list(meqsum.address("test")) is None


@pytest.mark.parametrize("name", DATASETS)
def test_the_page_of_a_credentialed_data_set_is_that_of_its_release(name: str) -> None:
    dataset = DATASETS[name]
    pages = {physionet.release_page(dataset, dataset.address(split)) for split in dataset.folders}
    assert not pages or dataset.page in pages
    assert set(dataset.folders) in (set(), set(dataset.files))


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z0-9._/-]+( [a-z]+)?", fullmatch=True),
        st.binary(min_size=32, max_size=32).map(bytes.hex),
    ),
    st.sampled_from(["  ", " ", " *"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_a_list_of_checksums_is_read_in_every_form(
    sums: dict[str, str], gap: str, end: str
) -> None:
    text = "".join(f"{sha256}{gap}{path}{end}" for path, sha256 in sums.items())
    assert physionet.parse_checksums(text) == sums
    assert physionet.parse_checksums(f"<html>\n{text}") == sums

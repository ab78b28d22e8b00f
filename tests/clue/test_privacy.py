import pytest

from clue import privacy
from clue.config.schema import PrivacyConf
from clue.errors import PrivacyError


@pytest.mark.parametrize(
    ("address", "local"),
    [
        (None, True),
        ("sqlite:////x/mlflow.db", True),
        ("file:///x", True),
        ("http://127.0.0.1:5000", True),
        ("http://[::1]:5000", True),
        ("http://localhost:8000/v1", True),
        ("postgresql://user:word@localhost/mlflow", True),
        ("http://10.0.0.7:8000", False),
        ("http://127.0.0.1.example.org", False),
        ("https://api.example.org/v1", False),
        ("postgresql://user:word@db.example.org/mlflow", False),
        ("databricks", False),
        ("./mlruns", True),
    ],
)
def test_which_addresses_are_this_machine(address: str | None, local: bool) -> None:
    assert privacy.is_local(address) is local


REMOTE = "https://user:word@llm.example.org:8000/v1"


def test_credentialed_text_goes_to_no_other_machine() -> None:
    with pytest.raises(PrivacyError, match="mednli is credentialed") as caught:
        privacy.check_endpoint(REMOTE, "credentialed", "mednli", PrivacyConf())
    assert "privacy.trusted_endpoints=[https://llm.example.org:8000]" in str(caught.value)
    assert "word" not in str(caught.value)


@pytest.mark.parametrize(
    "conf",
    [
        PrivacyConf(allow_remote=True),
        PrivacyConf(trusted_endpoints=["https://llm.example.org:8000"]),
        PrivacyConf(allow_remote=True, trusted_endpoints=["https://llm.example.org"]),
        PrivacyConf(allow_remote=True, trusted_endpoints=["http://llm.example.org:8000"]),
    ],
)
def test_both_settings_and_the_very_endpoint_are_needed(conf: PrivacyConf) -> None:
    with pytest.raises(PrivacyError):
        privacy.check_endpoint(REMOTE, "credentialed", "mednli", conf)


def test_a_named_endpoint_is_trusted() -> None:
    conf = PrivacyConf(allow_remote=True, trusted_endpoints=["https://llm.example.org:8000/v1"])
    privacy.check_endpoint(REMOTE, "credentialed", "mednli", conf)


def test_credentialed_text_is_not_printed() -> None:
    with pytest.raises(PrivacyError, match=r"mednli is credentialed.*--data demo"):
        privacy.check_printed("credentialed", "mednli")
    privacy.check_printed("open", "meqsum")


def test_open_data_and_this_machine_are_free() -> None:
    privacy.check_endpoint(REMOTE, "open", "meqsum", PrivacyConf())
    privacy.check_endpoint("http://localhost:1", "credentialed", "mednli", PrivacyConf())
    privacy.check_endpoint(None, "credentialed", "mednli", PrivacyConf())


def test_addresses_lose_user_and_password_and_nothing_else() -> None:
    text = "uri: postgresql+psycopg2://clue:se:cret@db.example.org/clue\nmail: a@b.example\n"
    expected = "uri: postgresql+psycopg2://db.example.org/clue\nmail: a@b.example\n"
    assert privacy.without_passwords(text) == expected

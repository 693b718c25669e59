"""The operator's file of subscribers: read whole, and refused with every fault named and no value repeated."""

from pathlib import Path

import pytest

from decision_service.outbox.subscribers import SubscribersRefusedError, read_subscribers

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
GOOD = """
[[subscriber]]
name = "exchange"
class = "exchange"
url = "https://exchange.example.gov.cn/events"
keys_file = "exchange.keys"
share = ["result"]

[[subscriber]]
name = "hall"
class = "platform"
platform = "city-hall"
url = "http://127.0.0.1:9999/hooks?for=hall"
allow_private = true
keys_file = "exchange.keys"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "exchange.keys").write_text(KEY + "\n")
    (tmp_path / "exchange.keys").chmod(0o640)
    return tmp_path


def write(folder: Path, text: str) -> Path:
    path = folder / "subscribers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_read_whole(folder: Path) -> None:
    exchange, hall = read_subscribers(write(folder, GOOD))
    assert (exchange.name, exchange.kind, exchange.share) == ("exchange", "exchange", {"result"})
    assert (hall.platform, hall.url) == ("city-hall", "http://127.0.0.1:9999/hooks?for=hall")
    assert [key.scheme for key in exchange.keys] == ["v1"]


BAD = {
    "no subscriber": ("", "subscriber"),
    "no TOML": ("[[subscriber]\n", "is no TOML"),
    "private address": (GOOD.replace("allow_private = true\n", ""), "allow_private"),
    "metadata": (GOOD.replace("exchange.example.gov.cn", "169.254.169.254"), "no receiver is there"),
    "odd digits": (GOOD.replace("exchange.example.gov.cn", "2130706433"), "no receiver is there"),
    "plain http": (GOOD.replace("https://exchange", "http://exchange"), "must be https"),
    "a user in it": (GOOD.replace("https://exchange", "https://me:pass@exchange"), "without a user"),
    "no such keys": (GOOD.replace("exchange.keys", "nothing.keys", 1), "keys_file"),
    "another class": (GOOD.replace('"exchange"\nurl', '"everything"\nurl'), "one of exchange"),
    "platform without whose": (GOOD.replace('platform = "city-hall"\n', ""), "platform"),
    "share for a platform": (GOOD.replace('platform = "city-hall"', 'platform = "x"\nshare = ["result"]'), "share"),
    "share of everything": (GOOD.replace('["result"]', '["form"]'), "share"),
    "two alike": (GOOD.replace('name = "hall"', 'name = "exchange"'), "same `name`"),
    "an odd name": (GOOD.replace('name = "hall"', 'name = "h.a/l"'), "1 to 64"),
    "an unknown entry": (GOOD + "topics = []\n", "topics"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_wrong_file_names_the_fault_and_no_value(folder: Path, fault: str) -> None:
    text, word = BAD[fault]
    with pytest.raises(SubscribersRefusedError, match=word.replace("[", r"\[")) as refused:
        read_subscribers(write(folder, text))
    assert KEY not in str(refused.value)
    assert "me:pass" not in str(refused.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SubscribersRefusedError, match="No such file"):
        read_subscribers(tmp_path / "subscribers.toml")

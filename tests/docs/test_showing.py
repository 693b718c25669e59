"""docs/credentials.md, on showing and issuers: its examples are read, its bounds are those of the source."""

import json
import re
from datetime import timedelta
from pathlib import Path

from decision_service.http.wire import ApplicationIn, envelope
from tests.requirements.deciding import policies, shelf
from verifiers.credentials.bitstring_status import LEAST_ENTRIES
from verifiers.credentials.issuer_file import read_issuers
from verifiers.credentials.jwks import MOST_KEYS
from verifiers.credentials.keyset import MAX_STALE, MIN_REFRESH
from verifiers.credentials.status_list import LEAST_TTL, MAX_UNPACKED, MOST_TTL, USUAL_TTL
from verifiers.credentials.statuses import RETRY_AFTER

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "credentials.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_the_example_is_an_envelope_for_a_register_that_the_matter_asks() -> None:
    sent = envelope(ApplicationIn, json.loads(block("json")))
    policy = next(one for one in policies() if one.matter == sent.matter)
    assert [one.stands_for for one in sent.credentials] == ["driving_licences"]
    assert "driving_licences" in policy.asks


def test_the_issuer_file_is_read_with_the_shipped_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "issuers.toml"
    path.write_text(block("toml"), encoding="utf-8")
    issuers = read_issuers(path, shelf().catalogue.registers, "https://spz.example")
    issuer = issuers.by_identifier["https://jgj.example.gov.cn"]
    assert [one.register.name for one in issuer.standings] == ["driving_licences"]
    assert issuer.keys.withdrawn == {"2025-03"}


def test_registers_that_must_be_asked_themselves_are_told() -> None:
    never = {name for name, one in shelf().catalogue.registers.items() if one.allocator or one.asked_once}
    found = re.search(r"must itself be asked once \(([^)]*)\)", TEXT)
    assert found
    assert set(re.findall(r"`(\w+)`", found[1])) == never


def test_bounds_are_those_of_the_source() -> None:
    said = re.sub(r"\s+", " ", TEXT)
    assert f"at most once in {MIN_REFRESH:.0f} seconds" in said
    assert f"the last good set serves for {MAX_STALE / 3600:.0f} hours" in said
    assert f"more than {MOST_KEYS} keys" in said
    assert f"at least {LEAST_ENTRIES:,} entries" in said
    assert f"up to {MAX_UNPACKED // 2**20} MiB unpacked" in said
    assert (timedelta(seconds=60), timedelta(minutes=5)) == (LEAST_TTL, USUAL_TTL)
    assert f"into {LEAST_TTL.seconds} seconds to {MOST_TTL // timedelta(hours=1)} hours (5 minutes" in said
    assert f"asked again after {RETRY_AFTER.seconds} seconds" in said

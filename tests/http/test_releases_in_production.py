"""Releases of rules in production: only what two people approved decides, and what was approved last."""

from pathlib import Path

import pytest

from decision_service.http.service import require_fit
from decision_service.publishing import publish
from decision_service.settings import SettingsRefusedError, read_settings
from tests.http.members import guarded
from tests.http.releasing import approve, certificates, members, next_version, propose, publication, rules
from tests.shipped import shelf

__all__ = ["certificates", "rules"]


def test_in_production_only_approved_versions_decide(
    registers: str, tmp_path: Path, rules: Path, certificates: Path
) -> None:
    for path in rules.glob("*/2*.yaml"):
        path.write_text(
            path.read_text(encoding="utf-8").replace("illustrative: yes", "illustrative: no"), encoding="utf-8"
        )
    real = {"profile": "production", "as_of": None, "gate_cases": 5}
    real |= {"certificates": certificates, "rules_folder": rules}
    with guarded(tmp_path, registers, members(), **real, rules=publication(rules)) as service:
        registry = service.stage.state.services.telemetry.registry
        assert service.send("hall", "GET", "/v1/matters").json["matters"] == []
        assert registry.get_sample_value("miaopi_rule_packs_without_approval") == 2
        assert service.stage.log.getvalue().count('"rule_pack_without_approval"') == 2
        release = propose(service).json
        assert {one["change"] for one in release["versions"]} == {"new"}
        assert approve(service, release).status == 200
        assert len(service.send("hall", "GET", "/v1/matters").json["matters"]) == 2
        assert registry.get_sample_value("miaopi_rule_packs_without_approval") == 0
    next_version(rules, "2026-03-01")
    with guarded(tmp_path, registers, members(), **real, rules=publication(rules)) as service:
        served = service.send("hall", "GET", "/v1/matters").json["matters"]
        assert {one["version"] for one in served} == {"2026-01-01"}
        assert '"version":"2026-03-01"' in service.stage.log.getvalue()


def test_a_matter_decides_by_what_was_approved_last_or_not_at_all(
    registers: str, tmp_path: Path, rules: Path, certificates: Path
) -> None:
    """A changed, a removed and an older file each leave the matter to officers of the counter, and never to an older
    version; the other matter goes on."""
    for path in rules.glob("*/2*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("illustrative: yes", "illustrative: no"), encoding="utf-8")
    real = {"profile": "production", "as_of": None, "gate_cases": 5}
    real |= {"certificates": certificates, "rules_folder": rules}
    newer = next_version(rules, "2026-03-01")
    wrong = newer.read_text(encoding="utf-8")
    right = wrong.replace("DEMO-PIA-2026-03-01", "DEMO-PIA-902")

    def served(*, releasing: bool = False) -> dict[str, str]:
        with guarded(tmp_path, registers, members(), **real, rules=publication(rules)) as service:
            if releasing:
                assert approve(service, propose(service).json).status == 200
            found = service.send("hall", "GET", "/v1/matters").json["matters"]
        return {one["matter"]: one["version"] for one in found}

    both, card = {"elderly_allowance": "2026-03-01", "senior_card": "2026-01-01"}, {"senior_card": "2026-01-01"}
    assert served(releasing=True) == both
    newer.write_text(right, encoding="utf-8")
    assert served() == card
    assert served(releasing=True) == both
    newer.write_text(wrong, encoding="utf-8")  # approved once, and since replaced
    assert served() == card
    newer.unlink()
    assert served() == card
    newer.write_text(right, encoding="utf-8")
    assert served() == both


def test_illustrative_rules_are_not_released_in_production() -> None:
    with pytest.raises(SettingsRefusedError, match="illustrative"):
        require_fit(read_settings({"profile": "production"}, {}), publish(shelf()))

"""Settings that are wrong stop the start by name, and no message holds a value."""

from pathlib import Path

import pytest

from decision_service.http.service import require_fit
from decision_service.settings import Settings, SettingsRefusedError, read_settings
from tests.http.staging import publication


def test_what_is_given_wins_over_the_environment() -> None:
    environment = {"MIAOPI_PORT": "1234", "MIAOPI_REGISTERS_URL": "http://a", "PATH": "/bin"}
    settings = read_settings({"port": 4321, "rules": None}, environment)
    assert (settings.port, settings.registers_url, settings.rules) == (4321, "http://a", Path("rules"))


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"MIAOPI_PROT": "8080"}, "MIAOPI_PROT"),
        ({"MIAOPI_PORT": "eighty-80"}, "MIAOPI_PORT"),
        ({"MIAOPI_PORT": "70000"}, "MIAOPI_PORT"),
        ({"MIAOPI_PROFILE": "demo-eighty-80"}, "MIAOPI_PROFILE"),
        ({"MIAOPI_AS_OF": "16.3.2026 eighty-80"}, "MIAOPI_AS_OF"),
        ({"MIAOPI_AS_OF": "1773619200"}, "MIAOPI_AS_OF"),
        ({"MIAOPI_AS_OF": "2026-02-30"}, "MIAOPI_AS_OF"),
        ({"MIAOPI_MOST_IN_FLIGHT": "0"}, "MIAOPI_MOST_IN_FLIGHT"),
        ({"MIAOPI_PROFILE": "production", "MIAOPI_AS_OF": "2026-03-16"}, "MIAOPI_AS_OF"),
    ],
)
def test_a_wrong_setting_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsRefusedError) as refused:
        read_settings({}, environment)
    assert named in str(refused.value)
    assert "eighty-80" not in str(refused.value)


def test_no_setting_shortens_what_the_law_has_kept() -> None:
    """P26. Only raw answers may go soon. A new `keep_…` setting comes here with the least that is lawful."""
    least = {"keep_answers_days": 1, "keep_logs_days": 184, "keep_credit_days": 1827, "keep_decisions_days": 3653}
    assert {name for name in Settings.model_fields if name.startswith("keep_")} == set(least)
    for name, days in least.items():
        read_settings({name: days}, {})
        with pytest.raises(SettingsRefusedError, match=name.upper()):
            read_settings({name: days - 1}, {})


def test_the_sizes_of_tests_and_the_word_of_the_sandbox_are_no_settings() -> None:
    read_settings({}, {"MIAOPI_PROVE": "1", "MIAOPI_SIZE_CASES": "3", "MIAOPI_CONTROL_SECRET": "x"})


def test_a_secret_shows_nowhere_and_may_lie_in_a_file(tmp_path: Path) -> None:
    settings = read_settings({}, {"MIAOPI_REGISTERS_SECRET": "hush"})
    assert settings.secret() == b"hush"
    assert "hush" not in repr(settings)
    file = tmp_path / "secret"
    file.write_text("quiet\n")
    for mode in (0o644, 0o606, 0o620):
        file.chmod(mode)
        with pytest.raises(SettingsRefusedError, match=r"MIAOPI_REGISTERS_SECRET_FILE: others .* chmod 600"):
            read_settings({"registers_secret_file": file}, {}).secret()
    file.chmod(0o640)
    assert read_settings({"registers_secret_file": file}, {}).secret() == b"quiet"
    with pytest.raises(SettingsRefusedError, match="MIAOPI_REGISTERS_SECRET_FILE"):
        read_settings({"registers_secret_file": tmp_path / "none"}, {}).secret()


def test_illustrative_policies_decide_nothing_real() -> None:
    require_fit(read_settings({}, {}), publication())
    with pytest.raises(SettingsRefusedError, match="illustrative"):
        require_fit(read_settings({"profile": "production"}, {}), publication())

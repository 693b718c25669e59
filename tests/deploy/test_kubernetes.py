"""The manifests keep to the schemas of Kubernetes, hold together, are closed, and give the service what it needs."""

import copy
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import kubernetes_validate
import psycopg
import pytest
import yaml

from decision_service.http.admission import UNMETERED
from decision_service.http.listening import DRAIN_SECONDS
from decision_service.settings import Settings
from decision_service.workers.crew import STEADY_SECONDS
from tests.http.staging import ROOT
from tests.ledger.conformance.stores import PostgresPlace
from tests.verifiers.connections.postgres_server import Server, postgres

FOLDER = ROOT / "deploy" / "kubernetes"
VERSIONS = ("1.31.0", "1.37.0")
"""The oldest and the newest that the manifests are for."""

IMAGE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
SETTINGS = {f"MIAOPI_{name.upper()}" for name in Settings.model_fields}


def kustomization(folder: Path) -> dict:
    return yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))


def built(folder: Path) -> list[dict]:
    """What `kubectl kustomize` makes of it, as far as these files go: resources, patches that add, files as maps."""
    found: list[dict] = []
    for name in kustomization(folder)["resources"]:
        path = folder / name
        if path.is_dir():
            found += built(path)
        else:
            found += yaml.safe_load_all(path.read_text(encoding="utf-8"))
    for one in kustomization(folder).get("configMapGenerator", ()):
        data = {name: (folder / name).read_text(encoding="utf-8") for name in one["files"]}
        found.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": one["name"]}, "data": data})
    for one in kustomization(folder).get("patches", ()):
        for step in yaml.safe_load(one["patch"]):
            assert step["op"] == "add"
            add(of(found, **one["target"]), step["path"].split("/")[1:], step["value"])
    return found


def add(place: dict, path: list[str], value: object) -> None:
    *way, last = path
    for name in way:
        place = place[name]
    if isinstance(place, list):
        assert last == "-"
        place.append(value)
    else:
        assert last not in place
        place[last] = value


def of(found: list[dict], kind: str, name: str) -> dict:
    (one,) = [one for one in found if (one["kind"], one["metadata"]["name"]) == (kind, name)]
    return one


def pods(found: list[dict]) -> Iterator[tuple[dict, dict]]:
    """Each workload with its pod."""
    for one in found:
        if "template" in one.get("spec", {}):
            yield one, one["spec"]["template"]["spec"]


VARIANTS = {"file": built(FOLDER), "postgres": built(FOLDER / "postgres")}


@pytest.fixture(params=VARIANTS)
def found(request: pytest.FixtureRequest) -> list[dict]:
    return copy.deepcopy(VARIANTS[request.param])


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_keeps_to_the_schema(found: list[dict], version: str) -> None:
    for one in found:
        kubernetes_validate.validate(one, version, strict=True)
    spoiled = of(found, "StatefulSet", "miaopi")
    spoiled["spec"]["template"]["spec"]["containers"][0]["livenessProbes"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(spoiled, version, strict=True)


def test_all_files_are_used(found: list[dict]) -> None:
    used = {FOLDER / name for name in kustomization(FOLDER)["resources"]}
    postgres_ = kustomization(FOLDER / "postgres")
    used |= {FOLDER / "postgres" / name for name in postgres_["resources"] if name != "../"}
    used |= {FOLDER / "postgres" / name for one in postgres_["configMapGenerator"] for name in one["files"]}
    there = {path for path in FOLDER.rglob("*") if path.is_file() and path.name != "kustomization.yaml"}
    assert used == there
    names = [(one["kind"], one["metadata"]["name"]) for one in found]
    assert len(names) == len(set(names))


def test_one_instance_a_ledger_is_all_that_can_run(found: list[dict]) -> None:
    for workload, _ in pods(found):
        assert (workload["kind"], workload["spec"]["replicas"]) == ("StatefulSet", 1)
        for claim in workload["spec"]["volumeClaimTemplates"]:
            assert claim["spec"]["accessModes"] == ["ReadWriteOncePod"]
        assert set(workload["spec"]["persistentVolumeClaimRetentionPolicy"].values()) == {"Retain"}
    assert not {one["kind"] for one in found} & {"HorizontalPodAutoscaler", "Deployment", "DaemonSet", "Secret"}
    assert of(found, "PodDisruptionBudget", "miaopi")["spec"]["maxUnavailable"] == 0


def test_pods_are_closed(found: list[dict]) -> None:
    assert of(found, "Namespace", "miaopi")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for _, pod in pods(found):
        whole = pod["securityContext"]
        assert whole["runAsNonRoot"]
        assert whole["runAsUser"] == whole["fsGroup"] == whole["runAsGroup"] > 0
        assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
        # Always would give the group the right to write to keys, which stops the start.
        assert whole["fsGroupChangePolicy"] == "OnRootMismatch"
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            own = container["securityContext"]
            assert own["readOnlyRootFilesystem"]
            assert own["allowPrivilegeEscalation"] is False
            assert own["capabilities"] == {"drop": ["ALL"]}
            assert set(container["resources"]["limits"]) == {"memory", "ephemeral-storage"}
            assert set(container["resources"]["requests"]) == {"cpu", "memory", "ephemeral-storage"}
        for volume in pod["volumes"]:
            if "secret" in volume:
                assert volume["secret"]["defaultMode"] & 0o027 == 0


def test_stopping_leaves_the_time_that_requests_and_workers_have(found: list[dict]) -> None:
    pod = of(found, "StatefulSet", "miaopi")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    before = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod["terminationGracePeriodSeconds"] > before + DRAIN_SECONDS + STEADY_SECONDS


def test_it_is_asked_where_it_answers_and_has_the_time_that_its_start_takes(found: list[dict]) -> None:
    pod = of(found, "StatefulSet", "miaopi")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    ports = {one["name"]: one["containerPort"] for one in container["ports"]}
    fields = Settings.model_fields
    assert ports == {"http": fields["port"].default, "control": fields["control_port"].default}
    probes = {name: container[f"{name}Probe"] for name in ("startup", "liveness", "readiness")}
    paths = {name: probe["httpGet"]["path"] for name, probe in probes.items()}
    assert paths == {"startup": "/livez", "liveness": "/livez", "readiness": "/readyz"}
    assert {probe["httpGet"]["port"] for probe in probes.values()} == {"http"}
    assert probes["startup"]["periodSeconds"] * probes["startup"]["failureThreshold"] >= 15 * 60
    assert set(paths.values()) <= UNMETERED


def test_settings_are_known_and_name_files_that_are_there(found: list[dict]) -> None:
    settings = of(found, "ConfigMap", "miaopi")["data"]
    assert set(settings) <= SETTINGS
    pod = of(found, "StatefulSet", "miaopi")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["envFrom"] == [{"configMapRef": {"name": "miaopi"}}]
    mounts = {one["mountPath"]: one for one in container["volumeMounts"]}
    assert "/var/lib/miaopi" in mounts
    assert "MIAOPI_LEDGER=/var/lib/miaopi/" in IMAGE
    for name in settings:
        if name in ("MIAOPI_ACCESS", "MIAOPI_REGISTERS_SECRET_FILE", "MIAOPI_LEDGER_DATABASE_FILE"):
            place, _, _ = settings[name].rpartition("/")
            assert mounts[place]["readOnly"]
    assert all(one["name"] in {"record", *(volume["name"] for volume in pod["volumes"])} for one in mounts.values())
    assert settings["MIAOPI_PROFILE"] == "production"
    assert container["image"] in (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    # A core for each worker and one for the keeper.
    assert int(container["resources"]["requests"]["cpu"]) == int(settings["MIAOPI_WORKERS"]) + 1


def test_services_and_policies_mean_the_pods_that_there_are(found: list[dict]) -> None:
    labels = {
        workload["metadata"]["name"]: workload["spec"]["template"]["metadata"]["labels"] for workload, _ in pods(found)
    }
    ports = {name: {port["name"] for one in pod["containers"] for port in one["ports"]} for name, pod in (
        (workload["metadata"]["name"], pod) for workload, pod in pods(found)
    )}  # fmt: skip
    for workload, _ in pods(found):
        name = workload["metadata"]["name"]
        assert workload["spec"]["selector"]["matchLabels"] == labels[name]
        assert of(found, "Service", workload["spec"]["serviceName"])["spec"]["clusterIP"] == "None"
        policy = of(found, "NetworkPolicy", name)["spec"]
        assert policy["policyTypes"] == ["Ingress", "Egress"]
        assert policy["podSelector"]["matchLabels"] == labels[name]
    for one in found:
        if one["kind"] == "Service":
            (name,) = [name for name, shown in labels.items() if shown == one["spec"]["selector"]]
            assert {port["targetPort"] for port in one["spec"]["ports"]} <= ports[name]
    # Nobody who reaches the public listener reaches the control plane by it.
    rules = of(found, "NetworkPolicy", "miaopi")["spec"]["ingress"]
    assert [[port["port"] for port in rule["ports"]] for rule in rules] == [["http"], ["control"]]
    assert rules[0]["from"] != rules[1]["from"]


@pytest.fixture(scope="module")
def configured() -> Iterator[Server]:
    """A real PostgreSQL with the settings of the file."""
    folder = Path(tempfile.mkdtemp(prefix="configuration-"))
    try:
        folder.chmod(0o755)  # its user is nobody
        file = shutil.copy(FOLDER / "postgres" / "postgresql.conf", folder)
        with postgres(fsync="on", config_file=str(file)) as server:
            yield server
    finally:
        shutil.rmtree(folder)


def test_a_real_server_takes_the_configuration_and_a_ledger_opens_on_it(configured: Server, tmp_path: Path) -> None:
    with psycopg.connect(configured.dsn(), autocommit=True) as connection:
        known = dict(connection.execute("SELECT name, setting FROM pg_settings").fetchall())
        lines = connection.execute("SELECT name, applied FROM pg_file_settings").fetchall()
    # What the test itself tells the server on its command line counts more than the file.
    assert [name for name, applied in lines if not applied and name not in ("listen_addresses", "fsync")] == []
    assert ("fsync", "on") in {(name, known[name]) for name, _ in lines}
    assert [known[name] for name in ("fsync", "full_page_writes", "synchronous_commit")] == ["on"] * 3
    assert known["log_statement"] == "none"
    assert int(known["max_connections"]) >= 2 * (1 + 40), "two for the keeper and each of forty workers"
    place = PostgresPlace(tmp_path, configured)
    try:
        place.open()
    finally:
        place.close()


def test_its_log_tells_no_value_that_a_row_had(configured: Server) -> None:
    with psycopg.connect(configured.dsn(), autocommit=True) as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()[0]
            for name in ("log_parameter_max_length", "log_parameter_max_length_on_error", "log_error_verbosity")
        }
    assert shown == {
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
        "log_error_verbosity": "terse",
    }

"""The archive package: whole, the same each time, replayed from itself alone, and every changed byte found."""

import hashlib
import io
import json
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_service.archival.manifest import seal_part, sealed_bytes
from decision_service.archival.replaying import replay_package
from decision_service.archival.zipped import PackageError, unzipped, zipped
from decision_service.ledger.keys import load_or_create_key
from decision_service.policy.shape import Policy
from decision_service.proof.trusted import public_key_of
from decision_service.replay import Judge
from decision_service.seals import OwnSeal
from tests.archival.conftest import Archive
from tests.cli.running import ROOT, RULES, miaopi
from tests.http.staging import BY_ID, CASES
from tests.sizes import size


def made(archive: Archive, case: str, out: Path, *more: object) -> Path:
    done = miaopi("archive", archive.number(case), "--ledger", archive.ledger, "--out", out, *more)
    assert done.code == 0, done.err
    return out


@pytest.fixture(scope="module")
def package(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(archive, "ELD-3", tmp_path_factory.mktemp("package") / "package.zip")


def replayed(package: Path, key: str, cwd: Path = ROOT) -> dict:
    done = miaopi("replay", package, "--public-key", key, "--json", cwd=cwd)
    told = json.loads(done.out)
    assert done.code == (0 if told["sound"] else 1)
    return told


def test_a_package_has_everything_and_a_list_of_it_by_digest(archive: Archive, package: Path) -> None:
    with zipfile.ZipFile(package) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    manifest = json.loads(parts["manifest.json"])
    digests = {name: "sha256:" + hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    assert manifest["parts"] == {
        name: one for name, one in digests.items() if name not in ("manifest.json", "seal.json")
    }
    answer = archive.answers["ELD-3"]
    digest = answer["policy"]["digest"].removeprefix("sha256:")
    assert json.loads(parts["application.json"])["form"] == BY_ID["ELD-3"]["form"]
    assert json.loads(parts["answer.json"]) == answer
    assert (
        parts[f"rules/sha256-{digest}/elderly_allowance/2026-01-01.yaml"]
        == (RULES / "elderly_allowance" / "2026-01-01.yaml").read_bytes()
    )
    assert f"rules/sha256-{digest}/catalogue/registers.yaml" in parts
    assert set(json.loads(parts["verifications.json"])) == {one["register"] for one in answer["verifications"]}
    assert {one["rule"] for one in json.loads(parts["findings.json"])["rules"]} >= {"E1", "E2"}
    got = archive.stage.send("GET", f"/v1/decisions/{answer['decision_id']}/notice?lang=both")
    assert parts["later/0001-officer_outcome.html"] == got.body, "what stands is the officer's"
    assert answer["remedies"]["review_channel"] in parts["notice.html"].decode()
    later = json.loads(parts["later/0001-officer_outcome.json"])
    assert (later["by"], later["said"]["outcome"]) == ("officer-7", "APPROVED")
    assert "经复核，符合条件" in parts["later/0001-officer_outcome.html"].decode()
    assert manifest["retention"]["class"] == "D30"
    assert json.loads(parts["seal.json"])["mark"]["en"] == "TEST SEAL · NOT A LEGAL SEAL"
    assert "法律效力" in parts["README.md"].decode()


def test_made_twice_it_is_the_same_byte_for_byte(archive: Archive, package: Path, tmp_path: Path) -> None:
    assert made(archive, "ELD-3", tmp_path / "again.zip").read_bytes() == package.read_bytes()


def test_every_decision_of_all_cases_is_packaged_and_replayed_from_its_package_alone(
    archive: Archive, tmp_path: Path
) -> None:
    done = miaopi("archive", "--all", "--ledger", archive.ledger, "--out", tmp_path / "all", "--json")
    assert done.code == 0, done.err
    assert len(json.loads(done.out)["made"]) == len(CASES)
    assert {one.stat().st_mode & 0o077 for one in (tmp_path / "all").iterdir()} == {0}, "for its owner alone"
    (elsewhere := tmp_path / "elsewhere").mkdir()
    cases = random.Random(1).sample(CASES, size("packages", quick=2, full=len(CASES)))
    for case in cases:
        told = replayed(tmp_path / "all" / f"{archive.number(case['id'])}.zip", archive.public_key, elsewhere)
        assert told["sound"], told
        assert told["decision_id"] == archive.number(case["id"])


def test_a_package_unpacks_with_nothing_but_standard_tools_and_its_list_holds(package: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(package, tmp_path)
    listed = json.loads((tmp_path / "manifest.json").read_bytes())["parts"]
    lines = "".join(f"{digest.removeprefix('sha256:')}  {name}\n" for name, digest in listed.items())
    subprocess.run(["sha256sum", "--check", "--quiet"], input=lines, text=True, cwd=tmp_path, check=True)


CHANGES = """
import pathlib, sys
from decision_service.archival.replaying import replay_package
from decision_service.archival.zipped import PackageError
from decision_service.proof.trusted import public_key_of
content, key = pathlib.Path(sys.argv[1]).read_bytes(), public_key_of(sys.argv[2])
unseen = []
for place in map(int, sys.argv[3].split(",")):
    changed = bytearray(content)
    changed[place] ^= 1 << place % 8
    try:
        replay_package(bytes(changed), [key], lambda policy: None)
    except PackageError:
        continue
    except BaseException as error:
        unseen.append((place, repr(error)))
    else:
        unseen.append((place, "nothing"))
print(unseen)
"""


def test_a_changed_byte_anywhere_is_found(archive: Archive, package: Path) -> None:
    content = package.read_bytes()
    places = random.Random(4).sample(range(len(content)), size("package_bytes", quick=400, full=20_000))
    places += range(64)
    places += range(len(content) - 200, len(content))
    done = subprocess.run(
        [sys.executable, "-c", CHANGES, package, archive.public_key, ",".join(map(str, places))],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert done.stdout == "[]\n"


def not_reached(policy: Policy) -> Judge:
    raise AssertionError(f"{policy.matter}: a forged package is decided again")


def resealed(parts: dict[str, bytes], name: str, content: bytes) -> dict[str, bytes]:
    """A part replaced, and the manifest put right by somebody without the key."""
    manifest = json.loads(parts["manifest.json"])
    manifest["parts"][name] = "sha256:" + hashlib.sha256(content).hexdigest()
    return parts | {name: content, "manifest.json": json.dumps(manifest, sort_keys=True, indent=2).encode() + b"\n"}


def test_a_forger_without_the_key_is_found_whatever_he_puts_right(
    archive: Archive, package: Path, tmp_path: Path
) -> None:
    parts = unzipped(package.read_bytes())
    forged = {
        "a part": parts | {"notice.html": b"<p>granted</p>"},
        "part and list": resealed(parts, "notice.html", b"<p>granted</p>"),
        "one left out": {name: one for name, one in parts.items() if name != "later/0001-officer_outcome.json"},
        "one too many": parts | {"later/0002-task.json": b"{}"},
        "no seal": {name: one for name, one in parts.items() if name != "seal.json"},
        "another's seal": parts | {"seal-other.json": b"{}"},
    }
    for found in forged.values():
        with pytest.raises(PackageError):
            replay_package(zipped(found), [public_key_of(archive.public_key)], not_reached)
    with pytest.raises(PackageError):
        replay_package(package.read_bytes(), [bytes(range(32))], not_reached)
    (path := tmp_path / "forged.zip").write_bytes(zipped(forged["part and list"]))
    assert not replayed(path, archive.public_key)["sound"]


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a/../b", "C:\\x", "a//b", ".hidden", ""])
def test_a_part_that_would_leave_its_folder_is_no_part(name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(name or "ok", b"")
    with pytest.raises(PackageError):
        unzipped(out.getvalue())


def test_without_a_key_from_elsewhere_it_is_checked_and_said_to_prove_nothing(package: Path) -> None:
    done = miaopi("replay", package)
    assert done.code == 0
    assert "prove nothing" in done.err


def test_rules_that_have_changed_since_make_no_package(archive: Archive, tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path / "rules")
    file = tmp_path / "rules" / "elderly_allowance" / "2026-01-01.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("value: 80", "value: 81"), encoding="utf-8")
    number, out = archive.number("ELD-3"), tmp_path / "package.zip"
    done = miaopi("archive", number, "--ledger", archive.ledger, "--rules", tmp_path / "rules", "--out", out)
    assert (done.code, out.exists()) == (1, False)
    assert "rules" in done.err


@pytest.mark.usefixtures("package")
def test_making_one_is_a_reading_that_is_taken_down(archive: Archive) -> None:
    done = miaopi("accesses", "--decision", archive.number("ELD-3"), "--ledger", archive.ledger, "--json")
    assert b"miaopi archive" in done.out


def test_an_erased_decision_makes_no_package_and_says_so(archive: Archive, tmp_path: Path) -> None:
    (record,) = (
        one
        for one in archive.stage.state.services.ledger.read(0, 1000)
        if one.entry.record_id == archive.number("UNE-1")
    )
    archive.stage.state.record.ring.destroy([record.envelope.key_id])
    out = tmp_path / "package.zip"
    done = miaopi("archive", archive.number("UNE-1"), "--ledger", archive.ledger, "--out", out)
    assert (done.code, out.exists()) == (1, False)
    assert "erased" in done.err


@given(
    st.dictionaries(st.from_regex(r"[a-z][a-z0-9._-]{0,12}(/[a-z]{1,5}){0,3}", fullmatch=True), st.binary(max_size=99))
)
def test_any_parts_are_a_file_that_other_tools_read_and_come_back(parts: dict[str, bytes]) -> None:
    content = zipped(parts)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert file.testzip() is None
        assert {name: file.read(name) for name in file.namelist()} == parts
    assert unzipped(content) == parts


def test_not_even_who_holds_the_key_can_pack_another_form_than_the_record_binds(
    archive: Archive, package: Path
) -> None:
    parts = unzipped(package.read_bytes())
    form = parts["record/archive.json"].replace(BY_ID["ELD-3"]["form"]["applicant_name"].encode(), "某某".encode())
    assert form != parts["record/archive.json"]
    forged = resealed(parts, "record/archive.json", form)
    signer = load_or_create_key(archive.ledger.with_name("ledger.key"))
    forged["seal.json"] = seal_part(OwnSeal(signer).seal(sealed_bytes(forged)))
    with pytest.raises(PackageError, match=r"record/archive\.json: not what the record binds"):
        replay_package(zipped(forged), [public_key_of(archive.public_key)], not_reached)

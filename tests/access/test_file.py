"""The access file: whatever is wrong with it is told at once, by line and place, and nothing that stands in it."""

import re
from pathlib import Path

import pytest

from decision_service.access.file import AccessFileError, read_access
from tests.http.members import usual_members

KEY = f'id = "abcdefghijkl"\nsha256 = "{"0" * 64}"\nscopes = ["read"]\nexpires = 2099-01-01\n'
CALLER = f'[[caller]]\nname = "a"\n[[caller.key]]\n{KEY}'
STAFF = f'[[staff]]\nname = "s"\nroles = ["analyst"]\n[[staff.key]]\n{KEY.replace("abc", "xyz")}'
ISSUER = """
audience = "https://us.example"
[[issuer]]
identifier = "https://sso.example"
kind = "staff"
algorithms = ["ES256"]
claim = "roles"
jwks_url = "https://sso.example/keys"
[issuer.roles]
x = "analyst"
"""


def refused(folder: Path, text: str) -> str:
    path = folder / "access.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AccessFileError) as error:
        read_access(path)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CALLER.replace('"a"', '"CANARY value"'), "access.toml:2: caller[1].name: 1 to 64 of"),
        (CALLER.replace('"a"', '"Miaopi"'), "not the service's own name"),
        (CALLER.replace('name = "a"\n', ""), "access.toml:1: caller[1].name: it is missing"),
        (CALLER.replace("0" * 64, "CANARY"), "access.toml:5: caller[1].key[1].sha256: 64 lower-case hex digits"),
        (CALLER.replace('["read"]', '["CANARY"]'), "access.toml:6: caller[1].key[1].scopes: one or more of read,"),
        (CALLER.replace('["read"]', "[]"), "access.toml:6: caller[1].key[1].scopes:"),
        (
            CALLER.replace("expires = 2099-01-01", 'expires = "CANARY"'),
            "access.toml:7: caller[1].key[1].expires: a day",
        ),
        (CALLER.replace("expires = 2099-01-01", ""), "access.toml:3: caller[1].key[1].expires: a day"),
        (CALLER.replace('id = "abc', 'id = "CANARY'), "access.toml:4: caller[1].key[1].id: 12 of a-z"),
        ('[[caller]]\nname = "a"\n', "access.toml:1: caller[1].key: nothing that he could show"),
        (CALLER + "per_second = 0\n", "caller[1].key[1].per_second: is not known here"),
        (CALLER.replace('"a"', '"a"\nper_second = 0\nat_once = 5'), "access.toml:3: caller[1].per_second: write both"),
        (CALLER.replace('"a"', '"a"\nroles = ["platform"]'), "access.toml:3: caller[1].roles: is not known here"),
        (CALLER + CALLER, "access.toml: name: one stands twice"),
        (CALLER + CALLER, "access.toml: key.id: one stands twice"),
        (CALLER + STAFF.replace('"s"', '"a"'), "access.toml: name: one stands twice"),
        (STAFF.replace("analyst", "platform"), "staff[1].roles: one or more of analyst, approver, auditor, operator,"),
        ('trusted_proxies = ["CANARY"]\n' + CALLER, "access.toml:1: trusted_proxies: an address or a network"),
        ('trusted_proxies = ["10.0.0.1/8"]\n' + CALLER, "access.toml:1: trusted_proxies: an address or a network"),
        (CALLER + '[[caller.certificate]]\nsha256 = "CANARY"\n', "caller[1].certificate[1].sha256: 64 lower-case"),
        (CALLER + '[[caller.certificate]]\nsha256 = "x"\nsubject = "y"\n', "certificate[1].sha256: write either"),
        (ISSUER.replace('audience = "https://us.example"', ""), "access.toml: audience: it is missing"),
        (ISSUER.replace("https://sso.example/keys", "http://CANARY/keys"), "issuer[1].jwks_url: https is expected"),
        (ISSUER.replace("jwks_url", "jwks_file"), "issuer[1].jwks_file: a file with a JWK set is expected"),
        (ISSUER.replace('"analyst"', '"platform"'), "issuer[1].roles: a table is expected"),
        (ISSUER.replace("ES256", "none"), "issuer[1].algorithms: one or more of ES256, EdDSA, SM2"),
        (ISSUER + CALLER.replace('"a"', '"a"\nissuers = ["https://sso.example"]'), "names no [[issuer]] of that kind"),
        ("CANARY", "access.toml:1: is no TOML"),
        ("a = 1\nb = 'CANARY\n", "access.toml:2: is no TOML"),
        ("a = 1\nb = CANARY\n", "access.toml:2:5: is no TOML"),
        ("x = " + "[" * 5000, "access.toml"),
        ("", "access.toml: caller: nobody is listed"),
    ],
)
def test_a_wrong_file_says_where_and_what_to_write(tmp_path: Path, text: str, said: str) -> None:
    told = refused(tmp_path, text)
    assert said in told
    assert "CANARY" not in told


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    wrong = CALLER.replace("0" * 64, "x") + STAFF.replace("analyst", "king") + "[extra]\n"
    lines = refused(tmp_path, wrong).splitlines()
    assert len(lines) == 3
    assert [re.sub(r".*?: ([\w\[\].]+):.*", r"\1", line) for line in lines] == [
        "caller[1].key[1].sha256",
        "staff[1].roles",
        "extra",
    ]


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"#" * (1024 * 1024 + 1))
    (tmp_path / "latin").write_bytes("# é".encode("latin-1"))
    for name, said in (("none", "No such file"), ("big", "more than 1048576 bytes"), ("latin", "not UTF-8")):
        with pytest.raises(AccessFileError, match=said):
            read_access(tmp_path / name)


def test_a_day_lasts_to_its_end_in_china_and_an_instant_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "access.toml"
    path.write_text(CALLER + STAFF.replace("2099-01-01", "2099-01-01T00:00:00Z"), encoding="utf-8")
    members = read_access(path).members
    assert members["a"].keys[0].expires.isoformat() == "2099-01-01T23:59:59.999999+08:00"
    assert members["s"].keys[0].expires.isoformat() == "2099-01-01T00:00:00+00:00"


def test_a_good_file_is_read_whole_and_shows_no_secret(tmp_path: Path) -> None:
    members = usual_members()
    found = read_access(members.write(tmp_path / "access.toml"))
    assert sorted(found.members) == sorted(members.keys)
    assert found.has_staff
    assert found.members["officer"].roles == {"officer"}
    text = repr(found)
    for key in members.keys.values():
        assert key.split("_", 2)[2] not in text
        assert all(one.digest.hex() not in text for member in found.members.values() for one in member.keys)

"""The operator's issuer file: read into what it says, or refused with every fault, its place and what to write."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifiers.catalogue import REGISTERS
from tests.verifiers.credentials.mint import es256, sm2
from verifiers.credentials.issuer_file import IssuerFileError, read_issuers
from verifiers.credentials.issuers import Issuers
from verifiers.credentials.pinned import PinError, is_under, pinned_prefix, pinned_url

OUR_NAME = "https://spz.example"
FACTS = 'facts = { status_code = "facts.status_code", classes = "facts.classes", valid_to = "valid_to" }'
CREDENTIAL = f"""
[[issuer.credential]]
format = "sd-jwt"
kind = "https://police.example/driving-licence"
register = "driving_licences"
holder = "bound"
max_age_hours = 24
subject = "id_no"
dated = "data_as_of"
asked_with = {{ id_no = "id_no" }}
{FACTS}
"""
ISSUER = """
[[issuer]]
identifier = "https://police.example"
algorithms = ["ES256", "SM2"]
jwks_url = "https://police.example/jwks.json"
status_lists = ["https://police.example/status/"]
withdrawn = ["k0"]
"""
GOOD = ISSUER + CREDENTIAL


def read(folder: Path, content: str) -> Issuers:
    path = folder / "issuers.toml"
    path.write_text(content, encoding="utf-8")
    return read_issuers(path, REGISTERS, OUR_NAME)


def test_a_file_is_read_as_it_says(tmp_path: Path) -> None:
    issuer = read(tmp_path, GOOD).by_identifier["https://police.example"]
    standing = issuer.standings_for("driving_licences", "sd-jwt")[0]
    terms = standing.terms
    assert issuer.keys.url == "https://police.example/jwks.json"
    assert issuer.keys.withdrawn == {"k0"}
    assert issuer.algorithms == {"ES256", "SM2"}
    assert issuer.status_lists == ("https://police.example/status/",)
    assert (terms.format, terms.typ, terms.least_holder, terms.audience) == ("sd-jwt", "dc+sd-jwt", "bound", None)
    assert (terms.kind, terms.subject_at) == ("https://police.example/driving-licence", ("id_no",))
    assert standing.max_age == timedelta(hours=24)
    assert standing.facts["classes"] == ("facts", "classes")
    assert standing.dated == ("data_as_of",)
    assert issuer.standings_for("driving_licences", "jwt") == ()
    assert issuer.standings_for("deaths", "sd-jwt") == ()


def test_plain_tokens_must_be_addressed_to_us_unless_the_operator_says_otherwise(tmp_path: Path) -> None:
    plain = GOOD.replace('"sd-jwt"', '"jwt"').replace('"bound"', '"matched"')
    for content, audience in ((plain, OUR_NAME), (plain.replace("max_age", "addressed = false\nmax_age"), None)):
        standing = read(tmp_path, content).by_identifier["https://police.example"].standings[0]
        assert standing.terms.audience == audience


def test_keys_may_be_written_out(tmp_path: Path) -> None:
    def inline(**jwk: str) -> str:
        return "{ " + ", ".join(f"{name} = {json.dumps(value)}" for name, value in jwk.items()) + " }"

    keys = f"keys = [{inline(**es256().jwk, kid='k1')}, {inline(**sm2().jwk, kid='s1')}]"
    content = GOOD.replace('jwks_url = "https://police.example/jwks.json"', keys)
    source = read(tmp_path, content).by_identifier["https://police.example"].keys
    assert source.url is None
    assert source.inline is not None
    assert set(source.inline.keys) == {"k1", "s1"}


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ('"https://police.example"\nalg', '""\nalg', "issuer[1].identifier", "text is expected"),
        ('["ES256", "SM2"]', '["none"]', "issuer[1].algorithms", "ES256, EdDSA, SM2"),
        ('["ES256", "SM2"]', "[]", "issuer[1].algorithms", "one or more"),
        ('"https://police.example/jwks.json"', '"http://police.example/jwks.json"', "issuer[1].jwks_url", "https"),
        ('"https://police.example/jwks.json"', '"https://x@police.example/"', "issuer[1].jwks_url", "https://"),
        ('jwks_url = "https://police.example/jwks.json"\n', "", "issuer[1].keys", "either"),
        ('withdrawn = ["k0"]', 'keys = [{ kty = "oct" }]', "issuer[1].keys", "either"),
        ('jwks_url = "https://police.example/jwks.json"', 'keys = [{ kty = "RSA" }]', "issuer[1].keys", "public JWK"),
        ('status/"', 'status"', "issuer[1].status_lists", "stroke"),
        ("withdrawn", "withdraw", "issuer[1].withdraw", "not known"),
        ('"sd-jwt"', '"mdoc"', "issuer[1].credential[1].format", "sd-jwt"),
        ('"driving_licences"', '"driving"', "issuer[1].credential[1].register", "driving_licences"),
        ('"driving_licences"', '"number_pool"', "issuer[1].credential[1].register", "always asked itself"),
        ('"bound"', '"bearer"', "issuer[1].credential[1].holder", "bound, matched"),
        ('"sd-jwt"', '"jwt"', "issuer[1].credential[1].holder", "sd-jwt"),
        ("= 24", "= 0", "issuer[1].credential[1].max_age_hours", "hours"),
        ("= 24", '= "24"', "issuer[1].credential[1].max_age_hours", "hours"),
        (', valid_to = "valid_to"', "", "issuer[1].credential[1].facts", "classes, status_code, valid_to"),
        ("valid_to =", "points =", "issuer[1].credential[1].facts", "classes, status_code, valid_to"),
        ('{ id_no = "id_no" }', "{}", "issuer[1].credential[1].asked_with", "table"),
        ('{ id_no = "id_no" }', '{ plate = "id_no" }', "issuer[1].credential[1].asked_with", "id_no"),
        ('subject = "id_no"', 'subject = "a..b"', "issuer[1].credential[1].subject", "claim"),
        ('"facts.classes"', '"status"', "issuer[1].credential[1].facts.classes", "keeps `status` for itself"),
        ('dated = "data_as_of"', 'dated = "iat"', "issuer[1].credential[1].dated", "keeps `iat` for itself"),
        ('{ id_no = "id_no" }', '{ id_no = "sub" }', "issuer[1].credential[1].asked_with.id_no", "keeps `sub`"),
        ("https://police.example/jwks.json", "https://[::1/jwks.json", "issuer[1].jwks_url", "an address such as"),
        ("[[issuer.credential]]", "[issuer.credential]", "issuer[1].credential", "[[issuer.credential]]"),
    ],
)
def test_what_is_wrong_is_told_by_place_with_what_to_write(
    tmp_path: Path, old: str, new: str, place: str, says: str
) -> None:
    assert old in GOOD
    with pytest.raises(IssuerFileError) as error:
        read(tmp_path, GOOD.replace(old, new, 1))
    lines = [line for line in str(error.value).splitlines() if line.startswith(f"issuers.toml: {place}: ")]
    assert lines, str(error.value)
    assert says in lines[0]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(IssuerFileError) as error:
        read(tmp_path, GOOD.replace('"sd-jwt"', '"mdoc"').replace("= 24", "= -1") + GOOD)
    assert len(str(error.value).splitlines()) >= 3


@pytest.mark.parametrize(
    "content", ["issuer = 7", "[[issuer]\n", "", "\ufeff[[issuer]]", "[issuer]\nidentifier='x'", f"x = {'[' * 5000}"]
)
def test_what_is_no_issuer_file_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(IssuerFileError, match=r"issuers\.toml"):
        read(tmp_path, content)


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IssuerFileError, match="name a file"):
        read_issuers(tmp_path / "none.toml", REGISTERS, OUR_NAME)
    with pytest.raises(IssuerFileError, match="more than"):
        read(tmp_path, "#" * (1024 * 1024 + 1))


PREFIX = "https://police.example/status/"


@given(st.text(st.sampled_from("abz019._~-/?=&%#\\@: \n.")))
def test_an_address_under_a_pinned_folder_stays_there(rest: str) -> None:
    """By the path as a server would resolve it."""
    if is_under(PREFIX + rest, (PREFIX,)):
        assert not set(rest) & set("%#\\ \n")
        steps = 0
        for step in rest.partition("?")[0].split("/"):
            steps += {"..": -1, ".": 0}.get(step, 1)
            assert steps >= 0


@pytest.mark.parametrize("uri", ["https://police.example/status", "https://police.example/", "", PREFIX.upper()])
def test_an_address_elsewhere_is_not_under_it(uri: str) -> None:
    assert not is_under(uri, (PREFIX,))


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("http://127.0.0.1:8090/a/", True),
        ("http://[::1]:8090/a/", True),
        ("http://localhost/a/", True),
        ("https://a.example:8443/a/", True),
        ("http://10.0.0.1/a/", False),
        ("ftp://a.example/a/", False),
        ("https://a.example:x/a/", False),
        ("https:///a/", False),
        ("https://[::1/a/", False),
        ("https://a\u2100.example/a/", False),
        ("https://a example/a/", False),
        ("https://user@a.example/a/", False),
        ("https://a.example\\@b.example/a/", False),
        ("https://a.example/../a/", False),
        ("https://a.example/a", False),
    ],
)
def test_what_can_be_pinned(text: str, good: bool) -> None:
    if good:
        assert pinned_prefix(text) == pinned_url(text) == text
    else:
        with pytest.raises(PinError):
            pinned_prefix(text)

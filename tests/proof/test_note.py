"""Signed notes, checkpoints and cosignatures are those of the C2SP standards, and nothing that is nearly one passes."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from decision_service.proof import note
from decision_service.proof.merkle import EMPTY_ROOT
from decision_service.proof.note import Checkpoint, NoteError, SignatureType, VerifierKey

# c2sp.org/signed-note, section "Verifier keys": the example.
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj"
    "OBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# golang.org/x/mod/sumdb/note, the example of its documentation, with the private key (its seed) that made it.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETERS_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETERS_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# A checkpoint that a public log of Certificate Transparency gave out, with the lines of four public witnesses.
LOGS_KEY = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
WITNESS_KEY = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
CHECKPOINT = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtE\
roeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23\
oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7s\
EodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0\
tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfB\
w==
"""

KEYS = [Ed25519PrivateKey.from_private_bytes(bytes([one]) * 32) for one in range(3)]
ROOT = bytes(range(32))
BODY = Checkpoint("miaopi.example/log", 7, ROOT).to_body()


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


LOG = VerifierKey("miaopi.example/log", public(KEYS[0]))
WITNESS = VerifierKey("w.example", public(KEYS[1]), SignatureType.COSIGNATURE_V1)


def signed(body: str = BODY) -> str:
    return note.sign_note(body, LOG.name, KEYS[0].sign, LOG.public_key)


def cosigned(body: str = BODY, *, time: int = 1_700_000_000) -> str:
    return signed(body) + note.cosign(body, WITNESS.name, KEYS[1].sign, WITNESS.public_key, time)


def refused(text: str, *keys: VerifierKey) -> bool:
    try:
        note.open_note(text, keys or [LOG])
    except NoteError:
        return True
    return False


@pytest.mark.parametrize("text", [EXAMPLE_KEY, PETER, LOGS_KEY, WITNESS_KEY])
def test_published_keys_are_read_and_written(text: str) -> None:
    key = VerifierKey.parse(text)
    assert str(key) == text
    assert key.type is (SignatureType.COSIGNATURE_V1 if text == WITNESS_KEY else SignatureType.ED25519)


def test_published_notes_open() -> None:
    opened = note.open_note(EXAMPLE_NOTE, [VerifierKey.parse(EXAMPLE_KEY)])
    assert opened.body == "This is an example message.\n"
    opened = note.open_note(CHECKPOINT, [VerifierKey.parse(LOGS_KEY), VerifierKey.parse(WITNESS_KEY)])
    assert Checkpoint.parse(opened.body).size == 1432088532
    assert [(one.key.name, one.time) for one in opened.signatures] == [
        ("arche2025h1.staging.ct.transparency.dev", None),
        ("remora.n621.de", 0x6A122120),
    ]


def test_a_published_note_is_made_byte_for_byte() -> None:
    key = Ed25519PrivateKey.from_private_bytes(PETERS_SEED)
    assert note.sign_note(PETERS_TEXT, "PeterNeumann", key.sign, public(key)) == f"{PETERS_TEXT}\n{PETERS_LINE}"


def test_who_signed_is_told() -> None:
    opened = note.open_note(cosigned(), [LOG, WITNESS])
    assert opened.body == BODY
    assert [one.key for one in opened.signatures] == [LOG, WITNESS]
    assert [one.time for one in opened.signatures] == [None, 1_700_000_000]
    assert "".join(one.line for one in opened.signatures) == cosigned().partition("\n\n")[2]
    assert opened.is_signed_by(WITNESS)
    assert not note.open_note(signed(), [LOG, WITNESS]).is_signed_by(WITNESS)


def test_any_byte_flipped_is_refused() -> None:
    data = signed().encode()
    for at in range(len(data)):
        for bit in range(8):
            changed = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            assert refused(changed.decode("utf-8", "surrogateescape"))


def test_any_byte_of_a_cosignature_flipped_is_refused() -> None:
    data = (BODY + "\n" + cosigned().splitlines(keepends=True)[-1]).encode()
    for at in range(len(data)):
        for bit in range(8):
            changed = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            assert refused(changed.decode("utf-8", "surrogateescape"), WITNESS)


@given(st.data())
def test_a_note_with_anything_put_in_or_taken_out_is_refused(data: st.DataObject) -> None:
    text = signed()
    at = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(at, len(text)))
    changed = text[:at] + data.draw(st.text(max_size=5)) + text[stop:]
    try:
        opened = note.open_note(changed, [LOG])
    except NoteError:
        return
    assert opened.body == BODY  # only a line of an unknown key can have been put in


def test_lines_of_unknown_keys_are_passed_over() -> None:
    other = VerifierKey(LOG.name, public(KEYS[2]))
    both = note.sign_note(BODY, LOG.name, KEYS[2].sign, other.public_key) + signed().partition("\n\n")[2]
    assert [one.key for one in note.open_note(both, [LOG]).signatures] == [LOG]
    assert refused(both, VerifierKey("else.example", LOG.public_key))
    assert refused(signed(), other)
    assert refused(signed(), WITNESS)


def test_one_bad_line_of_a_known_key_refuses_the_note() -> None:
    bad = WITNESS.line((1).to_bytes(8) + bytes(64))
    assert refused(signed() + bad, LOG, WITNESS)
    assert not refused(signed() + bad, LOG)


def test_a_signature_of_one_type_never_passes_for_another() -> None:
    """The same private key under the same name: the plain signature is no cosignature, nor the other way."""
    plain, timed = VerifierKey("n", public(KEYS[0])), VerifierKey("n", public(KEYS[0]), SignatureType.COSIGNATURE_V1)
    assert plain.key_id != timed.key_id
    text = note.sign_note(BODY, "n", KEYS[0].sign, plain.public_key)
    line = note.cosign(BODY, "n", KEYS[0].sign, plain.public_key, 5)
    blob = base64.b64decode(line.split(" ")[2])
    assert refused(text, timed)
    assert refused(f"{BODY}\n{plain.line(blob[4:])}", plain)
    assert refused(f"{BODY}\n{plain.line(blob[12:])}", plain)


def test_a_time_beyond_the_standards_is_refused() -> None:
    for time in (2**63 - 1, 2**63):
        signature = KEYS[1].sign(f"cosignature/v1\ntime {time}\n{BODY}".encode())
        assert refused(f"{BODY}\n{WITNESS.line(time.to_bytes(8) + signature)}", WITNESS) == (time == 2**63)


MALFORMED = {
    "no blank line": BODY + LOG.line(bytes(64)),
    "no signature": BODY + "\n",
    "no text": "\n" + signed().partition("\n\n")[2],
    "no last newline": signed()[:-1],
    "blank line behind": signed() + "\n",
    "hyphen for the dash": signed().replace("— ", "- "),
    "two spaces": signed().replace("— ", "—  "),
    "carriage return": signed().replace("\n", "\r\n"),
    "tab": signed().replace("— ", "—\t"),
    "NUL": signed().replace("7", "\x00"),
    "half a character": signed().replace("miaopi", "\ud800"),
    "signature without padding": signed().replace("=\n", "\n"),
    "too long": note.sign_note("x" * note.MAX_NOTE_BYTES + "\n", LOG.name, KEYS[0].sign, LOG.public_key),
    "too many lines": signed() + signed().splitlines(keepends=True)[-1] * note.MAX_SIGNATURES,
    "short signature": BODY + "\n" + LOG.line(bytes(63)),
    "id alone, of an unknown key": signed() + VerifierKey("else.example", ROOT).line(b""),
    "a plus in a name": signed() + "— a+b AAAAAAAA\n",
    "a wide space in a name": signed() + "— a\u3000b AAAAAAAA\n",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_note_is_refused(text: str) -> None:
    assert refused(text)


def test_a_note_may_have_sixteen_large_signatures() -> None:
    lines = [f"— pq{one}.example {base64.b64encode(bytes(4900)).decode()}\n" for one in range(15)]
    assert not refused(signed() + "".join(lines))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\u3000b", "a\x7f\x00", "a\u2028b", "a\ud800"])
def test_a_name_that_no_line_can_carry_is_refused(name: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey(name, public(KEYS[0]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        PETER[:-1],
        PETER + "=",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("Peter", "Beter"),
        PETER.replace("+ARpc", "+AhpC"),
        "n+00000000+",
        "n+cc469956+" + base64.b64encode(b"\x01" + bytes(33)).decode(),
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        VerifierKey.parse(text)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=9),
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
)
def test_a_checkpoint_is_read_as_it_was_written(origin: str, count: int, root: bytes) -> None:
    checkpoint = Checkpoint(origin, count, root if count else EMPTY_ROOT)
    assert Checkpoint.parse(checkpoint.to_body()) == checkpoint
    opened = note.open_note(signed(checkpoint.to_body()), [LOG])
    assert Checkpoint.parse(opened.body) == checkpoint


_ROOT = base64.b64encode(ROOT).decode()


@pytest.mark.parametrize(
    "body",
    [
        "",
        f"o\n7\n{_ROOT}",
        f"\n7\n{_ROOT}\n",
        f"o\n07\n{_ROOT}\n",
        f"o\n-7\n{_ROOT}\n",
        f"o\n+7\n{_ROOT}\n",
        f"o\n٧\n{_ROOT}\n",
        f"o\n7 \n{_ROOT}\n",
        f"o\n{2**63}\n{_ROOT}\n",
        f"o\n{'9' * 400}\n{_ROOT}\n",
        f"o\n0\n{_ROOT}\n",
        f"o\n7\n{_ROOT[:-1]}\n",
        "o\n7\n\n",
        f"o\n7\n{base64.b64encode(bytes(31)).decode()}\n",
        f"o\n7\n{_ROOT}\nan extension\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(body: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(body)


def test_nothing_is_signed_that_could_not_be_read() -> None:
    for body in ("", "\n", "no newline", "a\rb\n", "a\x00\n"):
        with pytest.raises(NoteError):
            note.sign_note(body, "n", KEYS[0].sign, LOG.public_key)
    for time in (-1, 2**63):
        with pytest.raises(NoteError):
            note.cosign(BODY, "n", KEYS[0].sign, LOG.public_key, time)
    with pytest.raises(NoteError):
        note.sign_note(BODY, "a b", KEYS[0].sign, LOG.public_key)

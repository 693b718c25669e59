"""A receipt checked in front of the reader: step by step with the functions of `decision_service.proof`, each step with
the hashes that it comes to, and the one verdict of `verify_receipt` at the end."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from decision_service.policy.parts import Bilingual
from decision_service.proof.merkle import Climbed, ProofError, way_up
from decision_service.proof.note import Checkpoint, NoteError, VerifierKey, open_note, split_note
from decision_service.proof.receipt import ReceiptError, Shown, read_receipt, verify_receipt
from decision_service.proof.signature import key_id, signature_holds, signed_bytes
from decision_service.proof.statement import leaf
from decision_service.workbench.saying import counted
from decision_service.workbench.trust import Trust

Part = Literal["answer", "previous", "signature", "inclusion", "checkpoint"]

PARTS: Final[Mapping[Part, Bilingual]] = {
    "answer": Bilingual("答复（决定的内容）", "the answer (what was decided)"),
    "previous": Bilingual("上一条记录的哈希", "the hash of the record before"),
    "signature": Bilingual("记录的签名", "the signature of the record"),
    "inclusion": Bilingual("路径上的一个哈希", "a hash on the way up"),
    "checkpoint": Bilingual("检查点的根哈希", "the root in the checkpoint"),
}
"""What of a receipt can be spoilt, to see that it is noticed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was checked: whether it holds (None: nothing to hold against), and the values it came to."""

    title: Bilingual
    holds: bool | None
    told: Bilingual
    values: tuple[tuple[Bilingual, str], ...] = ()
    climbed: tuple[Climbed, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """All steps, and why the receipt proves nothing, "" where it holds. `is_pinned`: under a key that the workbench was
    given, not one that the service states of itself."""

    steps: tuple[Step, ...]
    wrong: str
    is_pinned: bool
    key: str


def check(receipt: bytes, trust: Trust, answer: object) -> Checked:
    """The receipt checked; `answer` is the decision (JSON) as the page shows it."""
    try:
        claimed, shown = read_receipt(receipt)
    except ReceiptError as error:
        return Checked((), str(error), bool(trust.log_keys), "")
    keys = trust.log_keys or (shown.public_key,)
    steps = (
        _said(shown, answer),
        _leaf(shown, claimed),
        _signature(shown, keys),
        *_checkpoint(shown, keys, trust.witnesses),
    )
    wrong = ""
    try:
        verify_receipt(receipt, *keys, witnesses=trust.witnesses)
    except ReceiptError as error:
        wrong = str(error)
    return Checked(steps, wrong, bool(trust.log_keys), key_id(shown.public_key))


def spoilt(receipt: bytes, part: Part) -> bytes:
    """The receipt with one bit of one byte of `part` turned over."""
    members = json.loads(receipt)
    if part == "inclusion":
        if members["inclusion"]:
            members["inclusion"][0] = _turned(members["inclusion"][0])
        else:
            members["inclusion"] = [base64.b64encode(bytes(32)).decode()]
    elif part == "previous":
        digest = bytearray.fromhex(members[part].removeprefix("sha256:"))
        digest[0] ^= 1
        members[part] = f"sha256:{digest.hex()}"
    elif part == "checkpoint":
        lines = members[part].split("\n")
        lines[2] = _turned(lines[2])
        members[part] = "\n".join(lines)
    else:
        members[part] = _turned(members[part])
    return json.dumps(members).encode()


def _turned(text: str) -> str:
    content = bytearray(base64.b64decode(text))
    content[len(content) // 2] ^= 1
    return base64.b64encode(content).decode()


def _said(shown: Shown, answer: object) -> Step:
    try:
        stated: object = json.loads(shown.answer)
    except ValueError:
        stated = None
    return Step(
        Bilingual("回执里的答复，就是本页显示的决定", "the answer in the receipt is the decision that this page shows"),
        stated == answer,
        Bilingual(
            "逐字段比较；答复和随机盐一起取摘要", "compared member by member; its digest is taken with a random salt"
        ),
        (
            (Bilingual("答复", "answer"), f"{len(shown.answer):,} B"),
            (Bilingual("盐", "salt"), shown.shown_salt.hex()),
            (Bilingual("答复的摘要（重算）", "digest of the answer, computed here"), shown.statement.shown.hex()),
        ),
    )


def _leaf(shown: Shown, claimed: Mapping[str, object]) -> Step:
    statement = shown.statement.to_bytes()
    computed = leaf(statement, shown.previous)
    return Step(
        Bilingual("由记录的规范字节重算叶子哈希", "the leaf hash, computed anew from the record's canonical bytes"),
        claimed.get("leaf") == f"sha256:{computed.hex()}",
        Bilingual(
            "SHA-256（0x00、上一条的哈希、记录的字节）；改动任何一项，结果都不同",
            "SHA-256 of 0x00, the hash of the record before, and the record's bytes: it differs if any of them does",
        ),
        (
            (Bilingual("记录", "record"), f"{len(statement):,} B"),
            (Bilingual("上一条的哈希", "hash of the record before"), shown.previous.hex()),
            (Bilingual("重算的叶子", "leaf, computed here"), computed.hex()),
            (
                Bilingual("回执所称的叶子", "leaf, as the receipt says"),
                str(claimed.get("leaf")).removeprefix("sha256:"),
            ),
        ),
    )


def _signature(shown: Shown, keys: tuple[bytes, ...]) -> Step:
    digest = leaf(shown.statement.to_bytes(), shown.previous)
    holds = shown.public_key in keys and signature_holds(
        shown.public_key, shown.signature, signed_bytes(shown.log, shown.index, digest)
    )
    return Step(
        Bilingual("账本对这条记录的签名", "the log's signature over this record"),
        holds,
        Bilingual("Ed25519，签的是账本名、序号和叶子", "Ed25519 over the log's name, the index and the leaf"),
        (
            (Bilingual("账本、序号", "log, index"), f"{shown.log}, {shown.index}"),
            (Bilingual("签名", "signature"), shown.signature.hex()),
            (Bilingual("公钥", "public key"), f"{shown.public_key.hex()} ({key_id(shown.public_key)})"),
        ),
    )


def _checkpoint(shown: Shown, keys: tuple[bytes, ...], witnesses: tuple[VerifierKey, ...]) -> Iterator[Step]:
    """The way up to the root of the checkpoint, the log's signature under it, and the witnesses'."""
    try:
        body, lines = split_note(shown.checkpoint)
        stated = Checkpoint.parse(body)
    except NoteError as error:
        yield Step(Bilingual("检查点", "the checkpoint"), False, Bilingual("读不出来", str(error)))
        return
    yield _path(shown, stated)
    logs = [VerifierKey(shown.log, key) for key in keys]
    yield Step(
        Bilingual("检查点由账本签名", "the checkpoint is signed by the log"),
        stated.origin == shown.log and _opens(shown.checkpoint, logs),
        Bilingual(
            f"共 {stated.size} 条记录的账本，根哈希如下", f"a log of {counted(stated.size, 'record')} with this root"
        ),
        (
            (Bilingual("账本", "log"), stated.origin),
            (Bilingual("根", "root"), stated.root.hex()),
            (Bilingual("签名行", "line of the signature"), lines[0].strip()),
        ),
    )
    yield from _witnessed(shown.checkpoint, logs, lines, witnesses)


def _path(shown: Shown, stated: Checkpoint) -> Step:
    title = Bilingual("从叶子逐级走到根", "from the leaf up to the root, node by node")
    digest = leaf(shown.statement.to_bytes(), shown.previous)
    try:
        steps = way_up(digest, shown.index, stated.size, shown.inclusion)
    except ProofError as error:
        return Step(title, False, Bilingual("路径走不到根", str(error)))
    reached = steps[-1].above if steps else digest
    return Step(
        title,
        reached == stated.root,
        Bilingual("每一级：SHA-256（0x01、左、右）", "on each level: SHA-256 of 0x01, left, right"),
        (
            (Bilingual("走到", "reached"), reached.hex()),
            (Bilingual("检查点的根", "root in the checkpoint"), stated.root.hex()),
        ),
        tuple(steps),
    )


def _witnessed(
    note: str, logs: list[VerifierKey], lines: list[str], witnesses: tuple[VerifierKey, ...]
) -> Iterator[Step]:
    others = [line.split(" ")[1] for line in lines if line.split(" ")[1] not in {one.name for one in logs}]
    for name in others:
        known = [one for one in witnesses if one.name == name]
        yield Step(
            Bilingual(f"见证人 {name} 的联署", f"the cosignature of the witness {name}"),
            _opens(note, known) if known else None,
            Bilingual("见证人的公钥在启动时给出", "its key was given at the start")
            if known
            else Bilingual(
                "不认识这个见证人：启动时用 --witness 给出其公钥",
                "not known here: give its key by --witness at the start",
            ),
        )
    if not others:
        yield Step(
            Bilingual("见证人的联署", "cosignatures of witnesses"),
            None,
            Bilingual("这个检查点没有见证人联署", "no witness has cosigned this checkpoint"),
        )


def _opens(note: str, keys: list[VerifierKey]) -> bool:
    """Whether the note is signed by one of these keys, and no line of theirs is wrong."""
    try:
        open_note(note, keys)
    except NoteError:
        return False
    return True

"""Check a receipt, stand-alone: `python -m decision_service.proof RECEIPT --public-key KEY [--witness VKEY]`.

Exit 0: it holds. 1: it proves nothing, and why. 2: the call was wrong. No network, no service, nothing is written.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from decision_service.proof.note import NoteError, VerifierKey
from decision_service.proof.receipt import MAX_BYTES, ReceiptError, verify_receipt
from decision_service.proof.signature import key_id
from decision_service.proof.trusted import public_key_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check; its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m decision_service.proof", description="离线核验回执。 Check a receipt without the service."
    )
    parser.add_argument("receipt", type=Path, help="回执文件 file of the receipt")
    parser.add_argument(
        "--public-key", type=_key, action="append", required=True, help="可信公钥 32 bytes in base64, or a verifier key"
    )
    parser.add_argument(
        "--witness", type=_witness, action="append", default=[], help="见证人 verifier key of a witness"
    )
    given = parser.parse_args(arguments)
    try:
        with given.receipt.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        sys.stderr.write(f"{given.receipt}: {error.strerror}\n")
        return 2
    try:
        proven = verify_receipt(content, *given.public_key, witnesses=given.witness)
    except ReceiptError as error:
        sys.stdout.write(f"不能证明 PROVES NOTHING: {error}\n")
        return 1
    answer = json.loads(proven.answer)
    told = [
        "属实 HOLDS",
        f"log {proven.log}, record {proven.index} of {proven.checkpoint.size}, kind {proven.statement.kind}",
        f"decision {proven.statement.decision_id} of {proven.statement.at}, matter {proven.statement.matter}",
        f"outcome {answer.get('outcome', '-')}",
        f"keys {', '.join(key_id(one) for one in given.public_key)}; witnesses {', '.join(proven.witnesses) or '-'}",
    ]
    sys.stdout.write("\n  ".join(told) + "\n")
    return 0


def _key(text: str) -> bytes:
    try:
        return public_key_of(text)
    except NoteError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _witness(text: str) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except NoteError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())

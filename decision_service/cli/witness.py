"""`miaopi ledger witness`: a witness of logs, until stopped."""

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from decision_service.cli.output import misuse
from decision_service.ledger.errors import LedgerRefusedError
from decision_service.ledger.keys import load_or_create_key
from decision_service.proof.note import NoteError, SignatureType, VerifierKey
from decision_service.witness.judging import Witness
from decision_service.witness.memory import Memory, MemoryFaultError
from decision_service.witness.server import WitnessServer


def witness(
    log: Annotated[list[str], typer.Option("--log", help="账本公钥，可重复 key of a log, name+id+key; repeatable")],
    listen: Annotated[
        str, typer.Option("--listen", help="监听地址 HOST:PORT; port 0: any free one")
    ] = "127.0.0.1:8092",
    state: Annotated[Path, typer.Option("--state", help="状态文件 file of what was cosigned")] = Path(
        "var/witness.sqlite3"
    ),
    key: Annotated[Path, typer.Option("--key", help="见证人密钥文件 file of the witness's own key")] = Path(
        "var/witness.key"
    ),
    name: Annotated[str, typer.Option("--name", help="见证人名称 name of the witness in its signatures")] = "witness",
) -> None:
    """启动见证人。 Cosign the checkpoints of logs that only grow, until stopped."""
    try:
        host, port = _address(listen)
        logs = [VerifierKey.parse(one) for one in log]
        signer = load_or_create_key(key)
        own = VerifierKey(name, signer.public_key, SignatureType.COSIGNATURE_V1)
        server = WitnessServer(Witness(own, signer.sign, logs, Memory(state), time.time))
        asyncio.run(_run(server, host, port, own))
    except NoteError as error:
        misuse(f"--log or --name: {error}", "--log 或 --name 有误")
    except (LedgerRefusedError, MemoryFaultError) as error:
        misuse(str(error), "密钥或状态文件不能使用")
    except OSError as error:
        misuse(f"--listen: cannot listen there ({error.strerror or error})", "--listen：不能监听该地址")


async def _run(server: WitnessServer, host: str, port: int, own: VerifierKey) -> None:
    stopping = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, stopping.set)

    def ready(host: str, port: int) -> None:
        sys.stdout.write(f"witness {own} listening on http://{f'[{host}]' if ':' in host else host}:{port}\n")
        sys.stdout.flush()

    await server.run(host, port, ready, stopping)


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        misuse("--listen: HOST:PORT is expected, such as 127.0.0.1:8092", "--listen 应为 主机:端口，如 127.0.0.1:8092")
    return host.strip("[]"), int(port)

"""The operator's settings: options of the command first, then MIAOPI_… of the environment. Anything that is wrong or
not known stops the start, by name; no message holds a value."""

import os
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from decision_service.ledger.opening import LedgerFiles
from decision_service.ledger.retention import DECISION_DAYS, LEAST_DECISION_DAYS
from verifiers.journal.retention import LEAST_CREDIT_DAYS, LEAST_LOG_DAYS, Retention
from verifiers.secretfile import ADVICE, is_open_to_others

PREFIX = "MIAOPI_"
OTHERS = ("MIAOPI_CONTROL_SECRET", "MIAOPI_PROVE", "MIAOPI_SIZE_")
"""Beginnings of variables that are not the service's: the sandbox's control word, the sizes of the tests."""


class SettingsRefusedError(Exception):
    """The service can't start with these settings; the text names each and what it must be."""


def _day(raw: object) -> object:
    if isinstance(raw, str):
        try:
            if len(raw) == len("2026-03-16"):
                return date.fromisoformat(raw)
        except ValueError:
            pass
        raise ValueError("a day such as 2026-03-16 is expected")
    return raw


def _at_least(fewest: int, words: str) -> Callable[[int], int]:
    """Days that the law does not let anybody shorten (P26)."""

    def check(days: int) -> int:
        if days < fewest:
            raise ValueError(f"must be kept for {words} at least; set {fewest} days or more")
        return days

    return check


def _address(address: SecretStr | None) -> SecretStr | None:
    """Raises ValueError for what names no database, without its text: it may hold a password."""
    if address is not None and not _names_database(address.get_secret_value()):
        raise ValueError("an address such as postgresql://user@host/database is expected")
    return address


def _names_database(text: object) -> bool:
    return isinstance(text, str) and text.startswith(("postgresql://", "postgres://"))


class Settings(BaseSettings):
    """How the service runs. Paths are relative to the folder in which it is started. `key` signs the record;
    `subjects` is the key ring of the persons in it, wrapped under `master_key`. MIAOPI_LEDGER may be an address
    (postgresql://…), which then is `ledger_database`, or lie in `ledger_database_file`: the records are in that
    database, and `ledger` only says beside which name the other files are.

    `gate_cases` is how many generated cases both engines must agree on before a version decides; `certificates` is the
    folder that remembers which versions did. `connections` is the file that says how each register is reached;
    `registers_url` with its secret is the short form, one exchange for all. `keep_…_days`: how long raw answers of
    registers, calls and accesses, and credit calls are kept. `issuers` is the file that says whose credentials are
    taken, `audience` the name under which wallets know this service. `subscribers` is the file that says who gets
    events; `deliver_within_days`: how long an adverse notice may take to arrive before an officer is told. `access` is
    the file that says who may call; if it lists staff, the control plane listens on `control_host` and `control_port`.
    `workers`: how many processes decide (docs/workers.md); what bounds the service bounds all of them together.
    `most_connections` may be open at once at a listener, `most_connections_per_peer` of one address; those of this
    machine, a proxy's, only count there.
    `witnesses` are those who cosign the record's checkpoints: lines `key url`, or the file that holds them.
    `clock_sync`: whether machines decide only while the kernel calls its clock synchronised (`required`, as in
    production unless said otherwise), or it is only `told`. `decide_again_hours`: for how long a case that was referred
    only because registers were late is tried again, 0 for not at all.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    rules: Path = Path("rules")
    ledger: Path = Path("var/ledger.sqlite3")
    ledger_database: Annotated[SecretStr | None, AfterValidator(_address)] = None
    ledger_database_file: Path | None = None
    log: Annotated[str, Field(min_length=1, max_length=64)] = "miaopi"
    key: Path | None = None
    subjects: Path | None = None
    master_key: Path | None = None
    witnesses: str = ""
    journal: Path | None = None
    keep_answers_days: Annotated[int, Field(ge=1, le=36_500)] = 30
    keep_logs_days: Annotated[int, Field(le=36_500), AfterValidator(_at_least(LEAST_LOG_DAYS, "six months"))] = 1827
    keep_credit_days: Annotated[int, Field(le=36_500), AfterValidator(_at_least(LEAST_CREDIT_DAYS, "five years"))] = (
        LEAST_CREDIT_DAYS
    )
    keep_decisions_days: Annotated[
        int, Field(le=365_250), AfterValidator(_at_least(LEAST_DECISION_DAYS, "ten years"))
    ] = DECISION_DAYS
    connections: Path | None = None
    issuers: Path | None = None
    audience: Annotated[str, Field(max_length=256)] = ""
    subscribers: Path | None = None
    deliver_within_days: Annotated[int, Field(ge=1, le=365)] = 10
    registers_url: str = ""
    registers_app: Annotated[str, Field(min_length=1, max_length=64)] = "miaopi"
    registers_secret: SecretStr | None = None
    registers_secret_file: Path | None = None
    as_of: Annotated[date | None, BeforeValidator(_day)] = None
    profile: Literal["trial", "production"] = "trial"
    clock_sync: Literal["required", "told"] | None = None
    certificates: Path = Path("var/gate")
    gate_cases: Annotated[int, Field(ge=1, le=1_000_000)] = 2000
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    access: Path | None = None
    control_host: str = "127.0.0.1"
    control_port: Annotated[int, Field(ge=0, le=65535)] = 8081
    sample_rate: Annotated[Decimal, Field(ge=0, le=1, max_digits=8)] = Decimal("0.01")
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    most_in_flight: Annotated[int, Field(ge=1, le=4096)] = 64
    decide_again_hours: Annotated[int, Field(ge=0, le=168)] = 24
    most_connections: Annotated[int, Field(ge=16, le=65536)] = 2048
    most_connections_per_peer: Annotated[int, Field(ge=1, le=65536)] = 256

    @property
    def requires_synchronised_clock(self) -> bool:
        """Whether machines decide only while the kernel calls its clock synchronised."""
        return (self.clock_sync or ("required" if self.profile == "production" else "told")) == "required"

    @property
    def ledger_files(self) -> LedgerFiles:
        """The record and its keys: beside the ledger unless said otherwise. Raises SettingsRefusedError."""
        beside = LedgerFiles.beside(self.ledger)
        return LedgerFiles(
            self.ledger,
            self.key or beside.key,
            self.subjects or beside.ring,
            self.master_key or beside.master,
            self._ledger_address(),
        )

    @property
    def presentations_path(self) -> Path:
        """The credentials that were used: beside the ledger."""
        return self.ledger.with_name(f"{self.ledger.stem}-shown.sqlite3")

    @property
    def journal_path(self) -> Path:
        """The journal of calls and accesses: beside the ledger unless said otherwise."""
        return self.journal or journal_beside(self.ledger)

    @property
    def retention(self) -> Retention:
        """How long the journal keeps what."""
        return Retention(self.keep_answers_days, self.keep_logs_days, self.keep_credit_days)

    def secret(self) -> bytes | None:
        """The secret agreed with the registers, from the environment or its file. Raises SettingsRefusedError."""
        if self.registers_secret is not None:
            return self.registers_secret.get_secret_value().encode()
        if self.registers_secret_file is None:
            return None
        return _content("MIAOPI_REGISTERS_SECRET_FILE", self.registers_secret_file)

    def _ledger_address(self) -> SecretStr | None:
        if self.ledger_database is not None or self.ledger_database_file is None:
            return self.ledger_database
        name = "MIAOPI_LEDGER_DATABASE_FILE"
        try:
            return _address(SecretStr(_content(name, self.ledger_database_file).decode()))
        except ValueError as error:
            why = "text in UTF-8 is expected" if isinstance(error, UnicodeDecodeError) else str(error)
            raise SettingsRefusedError(f"{name}: {why}") from None


def _content(name: str, file: Path) -> bytes:
    """The secret in a file. Raises SettingsRefusedError."""
    try:
        if is_open_to_others(file):
            raise SettingsRefusedError(f"{name}: {ADVICE}")
        return file.read_bytes().strip()
    except OSError as error:
        raise SettingsRefusedError(f"{name}: {error.strerror}; name a file that the service can read") from None


def journal_beside(ledger: Path) -> Path:
    """Where the journal lies that goes with a ledger."""
    return ledger.with_name(f"{ledger.stem}-calls.sqlite3")


def read_settings(given: Mapping[str, object], environment: Mapping[str, str] | None = None) -> Settings:
    """The settings, `given` ones first. Raises SettingsRefusedError with everything that is wrong."""
    environment = os.environ if environment is None else environment
    names = Settings.model_fields.keys() - {"ledger_database"}
    known = {f"{PREFIX}{name.upper()}" for name in names}
    wrong = [
        f"{name}: is no setting; these are: {', '.join(sorted(known))}"
        for name in sorted(environment)
        if name.startswith(PREFIX) and name not in known and not name.startswith(OTHERS)
    ]
    # Read here and not by pydantic, so that what is given in a test never mixes with the real environment.
    taken = {name: environment[f"{PREFIX}{name.upper()}"] for name in names if f"{PREFIX}{name.upper()}" in environment}
    if str(given.get("ledger")).startswith(("postgresql:", "postgres:")):
        wrong.append("--ledger: everybody on this machine can read an address in a command; set MIAOPI_LEDGER to it")
    if _names_database(taken.get("ledger")):
        address = taken.pop("ledger")
        if given.get("ledger") is None:
            taken["ledger_database"] = address
    try:
        settings = _OnlyGiven.model_validate({**taken, **{name: one for name, one in given.items() if one is not None}})
    except ValidationError as error:
        wrong += [
            f"{PREFIX}{str(one['loc'][0]).upper()}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors(include_input=False)
        ]
        raise SettingsRefusedError("; ".join(wrong)) from None
    if wrong:
        raise SettingsRefusedError("; ".join(wrong))
    if settings.profile == "production" and settings.as_of is not None:
        raise SettingsRefusedError("MIAOPI_AS_OF: the day can't be pinned in production; take it out")
    return settings


class _OnlyGiven(Settings):
    """Settings from what is handed in, and from nowhere else."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic calls it by these names
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - see above
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - see above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - see above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is handed in."""
        return (init_settings,)

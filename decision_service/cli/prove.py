"""`miaopi prove`: what holds of every application, and one smallest applicant where something does not."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console

from decision_service.cli.check import rules_around
from decision_service.cli.output import (
    FINDINGS,
    Json,
    Rules,
    console,
    drafts_or_exit,
    misuse,
    print_json,
    progress,
    shelf_or_exit,
)
from decision_service.cli.workshop import needed
from decision_service.offline import engines_of
from decision_service.policy.catalogue import FOLDER
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import CASES, Shelf
from decision_service.source import nearest, render

if TYPE_CHECKING:
    from decision_service.proving.certificate import Checked
    from decision_service.proving.proofs import Proof
    from decision_service.proving.whole import Proved

MARKS = {"holds": "✓", "fails": "✗", "undecided": "?"}


def prove(
    path: Annotated[
        str | None,
        typer.Argument(
            help="文件夹、文件（草稿可放在任何地方）或事项 "
            "rules folder, a matter's folder, one file (a draft may lie anywhere), or a matter's name; default all"
        ),
    ] = None,
    rules: Rules = Path("rules"),
    certificates: Annotated[
        Path | None, typer.Option("--certificates", help="证明书文件夹 folder for a certificate of each version")
    ] = None,
    check: Annotated[
        Path | None, typer.Option("--check", help="重新核对一份证明书 certificate to check again, offline")
    ] = None,
    json: Json = False,
) -> None:
    """证明规则对任何申请都成立。 Prove what holds of every application; show an applicant where it does not."""
    needed("z3", json=json)
    shelf = _shelf(path, rules, json=json)
    if check is not None:
        _check(shelf, check, json=json)
        return
    proved = _proved(shelf, list(shelf.policies()), json=json)
    written = [] if certificates is None else _written(proved, certificates, json=json)
    if json:
        from decision_service.proving.telling import proved_as_json

        print_json({"policies": [proved_as_json(one) for one in proved], "certificates": written})
    else:
        _show(proved, written)
    if any(one.faulty for one in proved):
        raise typer.Exit(FINDINGS)


def _shelf(path: str | None, rules: Path, *, json: bool) -> Shelf:
    """The checked rule files that are meant: all, those at a path, or those of a matter by its name."""
    folder, only = rules, None
    if path is not None:
        folder, only = rules_around(Path(path))
        if not Path(path).exists() or not (folder / FOLDER).is_dir():
            folder, only = rules, _meant(path, rules, json=json)
    if only is not None and only.name.endswith(CASES):
        only = only.parent
    if only is None or folder.resolve() in only.parents:
        shelf = shelf_or_exit(folder, json=json, only=only)
    else:
        shelf = drafts_or_exit(only, folder, json=json)
    if not shelf.versions:
        where = path or folder
        misuse(
            f"there is no rule file in {where}, so nothing is proved",
            f"{where} 里没有规则文件，什么也没有证明",
            json=json,
        )
    return shelf


def _meant(name: str, rules: Path, *, json: bool) -> Path:
    """The folder of the matter of that name, or the draft that lies there; else exit code 2, with what could be
    meant."""
    folders = (one.name for one in rules.iterdir() if one.is_dir()) if rules.is_dir() else ()
    matters = sorted(one for one in folders if one != FOLDER)
    if name not in matters and Path(name).exists():
        return Path(name).resolve()
    if name not in matters:
        en, zh = _no_matter(name, matters)
        misuse(en, zh, json=json)
    return (rules / name).resolve()


def _no_matter(name: str, matters: list[str]) -> tuple[str, str]:
    """What is wrong with what was named, and what could be meant."""
    meant = nearest(name, matters)
    en = f"did you mean {meant}?" if meant else f"there are {', '.join(matters)}"
    zh = f"是不是 {meant}？" if meant else f"有 {'、'.join(matters)}"
    return (
        f"there is no file or folder and no matter `{name[:60]}`; {en}",
        f"没有文件、文件夹或事项 {name[:60]}；{zh}",
    )


def _proved(shelf: Shelf, policies: list[Policy], *, json: bool) -> list["Proved"]:
    from decision_service.proving.observed import EnginesDifferError
    from decision_service.proving.prover import NotEncodedError
    from decision_service.proving.whole import prove as prove_one
    from decision_service.proving.whole import size
    from decision_service.readings.smt.replaying import UnfaithfulError

    found = []
    with progress() as bar:
        task = bar.add_task("证明 claims", total=sum(size(one) for one in policies))
        for policy in policies:
            try:
                with engines_of(policy) as engines:
                    found.append(prove_one(policy, shelf.catalogue, engines, done=partial(bar.advance, task)))
            except NotEncodedError as error:
                misuse(
                    f"{policy.source}: left out, so nothing is proved: {error}",
                    f"{policy.source}：有部分没有编码，什么也没有证明：{error}",
                    json=json,
                )
            except (UnfaithfulError, EnginesDifferError) as error:
                misuse(
                    f"{policy.source}: the solver and the engines differ, so nothing is proved: {error}",
                    f"{policy.source}：求解与引擎不一致，什么也没有证明；请报告这个缺陷",
                    json=json,
                )
    return found


def _written(proved: Iterable["Proved"], folder: Path, *, json: bool) -> list[str]:
    """A certificate for each version of which everything holds."""
    from decision_service.proving.certificate import certificate, file_name

    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in proved:
            if not one.faulty:
                path = folder / file_name(one)
                path.write_bytes(orjson.dumps(certificate(one), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
                written.append(str(path))
    except OSError as error:
        misuse(f"{folder}: cannot be written ({error.strerror})", f"{folder}：写不了（{error.strerror}）", json=json)
    return written


def _show(proved: Iterable["Proved"], written: Iterable[str]) -> None:
    out = console()
    for one in proved:
        _show_one(one, out)
    for path in written:
        out.print(f"证明书 certificate  {path}", markup=False)


def _show_one(proved: "Proved", out: Console) -> None:
    from decision_service.proving.proofs import METHODS
    from decision_service.proving.telling import counts, lines

    policy = proved.policy
    out.print(f"\n{policy.name.zh}  {policy.source}  sha256:{policy.digest[:12]}", markup=False)
    for proof in proved.proofs:
        if proof.told:
            _show_proof(proved, proof, out)
    for line in lines(proved):
        mark = "✗" if line.faulty else "✓" if line.holding == line.total else "i"
        by = "、".join(METHODS[name].zh for name in METHODS if name in line.methods)
        figures = f"{line.holding}/{line.total}".rjust(7) + f"{line.seconds:7.2f} s"
        out.print(f"{mark} {figures}  {line.label.zh} {line.label.en}（{by}）", markup=False)
    parts = {"rules": "规则", "rows": "表格行", "tables": "表格", "results": "结果", "claims": "断言"}
    told = ", ".join(f"{parts[name]} {name} {done}/{total}" for name, (done, total) in counts(proved.encoded).items())
    out.print(f"已编码 encoded exactly: {told}", markup=False)
    for bound in proved.encoded.bounds:
        out.print(f"  {bound.zh}\n  {bound.en}", markup=False)
    holding = sum(proof.verdict == "holds" for proof in proved.proofs)
    out.print(f"{holding}/{len(proved.proofs)} 条断言成立 claims hold, {proved.seconds:.1f} s", markup=False)


def _show_proof(proved: "Proved", proof: "Proof", out: Console) -> None:
    if proof.verdict == "undecided" and proof.method == "z3":
        out.print("? 没有在限定的步数内得出结论 not decided within the steps allowed:", markup=False)
    elif proof.advice:
        out.print("i 供参考 worth knowing:", markup=False)
    for problem in (proof.problem, *proof.more):
        out.print(render(problem), markup=False)
    for applicant in proved.shown.get(proof.name, ()):
        if not applicant.differs:
            out.print(f"  就是案例“{applicant.like}” the case itself", markup=False)
            continue
        out.print(f"  最小的申请人，与案例“{applicant.like}”相同，只是 like the case, but:", markup=False)
        for each in applicant.differs:
            same = each.zh == each.en
            out.print(f"    {each.zh}" if same else f"    {each.zh}\n    {each.en}", markup=False)
        out.print(f"  结果 outcome: {applicant.outcome} {', '.join(applicant.reasons)}", markup=False)
        out.print("  可存作案例（expect 改成应有的结果）keep it as a case, with what it should come to:", markup=False)
        out.print(applicant.yaml, markup=False)
    out.print()


def _check(shelf: Shelf, path: Path, *, json: bool) -> None:
    from decision_service.proving.certificate import CertificateError, check, made_with, policy_of, read_certificate

    if not path.is_file():
        misuse(f"there is no file {path}", f"没有文件 {path}", json=json)
    try:
        content = read_certificate(path)
        policy = policy_of(content, shelf)
        with engines_of(policy) as engines:
            found = check(content, policy, shelf.catalogue, engines)
    except CertificateError as error:
        if json:
            print_json({"certificate": str(path), "holds": False, "error": {"zh": error.zh, "en": error.en}})
        console().print(f"✗ {path}: {error.zh}\n  {error.en}", markup=False)
        raise typer.Exit(FINDINGS) from None
    same_tools = content.get("made_with") == made_with()
    if json:
        print_json({"certificate": str(path), **_checked_as_json(found, same_tools=same_tools)})
    else:
        _show_checked(path, found, same_tools=same_tools)
    if any(one.wrong is not None for one in found):
        raise typer.Exit(FINDINGS)


def _checked_as_json(found: list["Checked"], *, same_tools: bool) -> dict[str, object]:
    return {
        "holds": not any(one.wrong for one in found),
        "same_tools": same_tools,
        "claims": [
            {"name": one.name, "how": one.how, "wrong": one.wrong and {"zh": one.wrong.zh, "en": one.wrong.en}}
            for one in found
        ],
    }


def _show_checked(path: Path, found: list["Checked"], *, same_tools: bool) -> None:
    out = console()
    for one in found:
        if one.wrong is not None:
            out.print(f"✗ {one.name}: {one.wrong.zh}\n    {one.wrong.en}", markup=False)
    decided, again = (sum(one.how == how for one in found) for how in ("decided again", "proved again"))
    out.print(
        f"{path}: {decided} 条由见证重新决定 decided again, {again} 条重新证明 proved again, "
        f"{len(found) - decided - again} 条不符 wrong",
        markup=False,
    )
    if not same_tools:
        out.print(
            "  出具时用的程序或求解器与现在不同 made by other code or another solver than checked it now", markup=False
        )

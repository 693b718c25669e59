"""`miaopi prove` as people run it: what it prints, what it writes, how it leaves."""

import json
from pathlib import Path

from tests.cli.running import miaopi
from tests.proving.test_broken import HERE
from tests.wrong_files.make_wrong import make_folder, read_change


def test_a_matter_that_holds_its_certificate_and_the_check_of_it(tmp_path: Path) -> None:
    done = miaopi("prove", "birth_registration", "--certificates", tmp_path)
    assert done.code == 0, done.err
    assert "35/35 条断言成立" in done.err
    assert "encoded exactly: 规则 rules 8/8" in done.err
    (path,) = tmp_path.glob("birth_registration-2026-01-01-*.json")
    checked = miaopi("prove", "--check", path, "--json")
    told = json.loads(checked.out)
    assert (checked.code, told["holds"], told["same_tools"]) == (0, True, True)
    assert len(told["claims"]) == 35
    path.write_text(path.read_text(encoding="utf-8").replace('"birth_order": 2', '"birth_order": 3'), encoding="utf-8")
    broken = miaopi("prove", "--check", path)
    assert (broken.code, broken.out) == (1, b"")
    assert "the seal is broken" in broken.err


def test_a_matter_that_does_not_hold(tmp_path: Path) -> None:
    rules = make_folder(read_change(HERE / "claim_broken" / "change.txt"), tmp_path / "rules")
    shown = miaopi("prove", "--rules", rules, "--certificates", tmp_path / "certificates")
    assert shown.code == 1
    assert "demo/2026-01-01.yaml:141:5: claim_broken: 断言不成立：" in shown.err
    assert "\n  the claim does not hold: never below 80\n" in shown.err
    assert "最小的申请人，与案例“获准”相同" in shown.err
    assert "    like: 获准\n    but:\n      id_no: " in shown.err
    assert not list((tmp_path / "certificates").iterdir())


def test_json_says_the_same(tmp_path: Path) -> None:
    rules = make_folder(read_change(HERE / "table_gap" / "change.txt"), tmp_path / "rules")
    done = miaopi("prove", "demo", "--rules", rules, "--json")
    (policy,) = json.loads(done.out)["policies"]
    (gap,) = [one for one in policy["claims"] if one["verdict"] == "fails"]
    assert (done.code, policy["holds"], gap["name"]) == (1, False, "table_gap:caps")
    assert gap["problem"]["hint"]["zh"] == "加上缺的一行：card | 90 | …"
    assert gap["applicants"][0]["outcome"] == "REFERRED"
    assert all(done == total for done, total in policy["encoded"].values())


def test_a_file_its_folder_the_rules_folder_and_the_matters_name_are_one(tmp_path: Path) -> None:
    rules = make_folder(read_change(HERE / "table_gap" / "change.txt"), tmp_path / "rules")
    (rules / "other").mkdir()
    (rules / "other" / "2026-01-01.yaml").write_text("a draft that is no rule file", encoding="utf-8")
    matter = rules / "demo"
    for asked in ([matter / "2026-01-01.yaml"], [matter], ["demo", "--rules", rules]):
        done = miaopi("prove", *asked, "--json")
        told = [one["matter"] for one in json.loads(done.out)["policies"]]
        assert (done.code, told) == (1, ["demo"]), (asked, done.err)
    assert miaopi("prove", rules).code == 2
    assert "other/2026-01-01.yaml:1:1" in miaopi("prove", rules / "other").err


def test_a_draft_that_lies_anywhere_is_proved_as_its_place_in_the_rules_folder_is(tmp_path: Path) -> None:
    rules = make_folder(read_change(HERE / "table_gap" / "change.txt"), tmp_path / "rules")
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    (drafts / "idea.yaml").write_bytes((rules / "demo" / "2026-01-01.yaml").read_bytes())

    def claims(*asked: object) -> list[tuple[str, str]]:
        done = miaopi("prove", *asked, "--rules", rules, "--json")
        (policy,) = json.loads(done.out)["policies"]
        assert done.code == 1, done.err
        return [(one["name"], one["verdict"]) for one in policy["claims"]]

    assert claims(drafts / "idea.yaml") == claims(drafts) == claims("demo")
    (drafts / "idea.yaml").write_text("matter: none", encoding="utf-8")
    assert miaopi("prove", drafts / "idea.yaml", "--rules", rules).code == 2


def test_what_is_no_rule_file_is_never_a_proof(tmp_path: Path) -> None:
    rules = make_folder(read_change(HERE / "table_gap" / "change.txt"), tmp_path / "rules")
    hints = {
        rules / "catalogue": "there is no rule file in ",
        "dema": "did you mean demo? 是不是 demo？",
        rules / "demo" / "2027-01-01.yaml": "there is no file or folder and no matter ",
    }
    for asked, hint in hints.items():
        done = miaopi("prove", asked, "--rules", rules)
        assert (done.code, done.out) == (2, b""), asked
        assert all(part in done.err for part in hint.split("? ")), (asked, done.err)


def test_misuse(tmp_path: Path) -> None:
    assert miaopi("prove", "no_such_matter").code == 2
    assert miaopi("prove", "--rules", tmp_path / "none").code == 2
    (tmp_path / "one.json").write_text("{}", encoding="utf-8")
    done = miaopi("prove", "--check", tmp_path / "one.json")
    assert done.code == 1
    assert "这不是证明书" in done.err

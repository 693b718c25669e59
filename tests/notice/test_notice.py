"""The notice over HTTP: whole for every outcome, in each language, and nothing in it but text."""

import base64
import hashlib
import html
import re
from html.parser import HTMLParser

import pytest

from decision_service.outcome import Outcome
from tests.cli.running import miaopi
from tests.http.staging import BY_ID, CASES, application, publication
from tests.notice.conftest import Decided
from tests.requirements.test_rq_b6 import AGENT

LAWFUL = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "header",
    "div",
    "span",
    "bdi",
    "h1",
    "h2",
    "p",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "ol",
    "ul",
    "li",
    "strong",
    "footer",
    "code",
    "svg",
    "defs",
    "path",
    "circle",
    "text",
    "textpath",
}
UNFILLED = re.compile(r"[{}<]|\bNone\b|Undefined|^(true|false|null|True|False)$", re.MULTILINE)
ADVERSE = {"NOT_ACCEPTED", "REJECTED", "PARTIALLY_APPROVED"}


class Tags(HTMLParser):
    """The names of all elements and attributes, and the text that a reader sees."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.seen: list[str] = []
        self._unseen = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._unseen = tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the name that the parser calls it by
        self._unseen = False

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.seen.append(data)

    @property
    def text(self) -> str:
        return "\n".join(one.strip() for one in self.seen if one.strip())


@pytest.mark.parametrize("language", ["zh", "en", "both"])
@pytest.mark.parametrize("case", [case["id"] for case in CASES])
def test_a_notice_of_every_case_is_whole(decided: Decided, case: str, language: str) -> None:
    answer, form = decided.answers[case], decided.forms[case]
    page = Tags(decided.page(case, f"?lang={language}"))
    assert page.names <= LAWFUL
    assert not UNFILLED.search(page.text), "an unfilled place"
    assert str(form.get("applicant_name", "")) in page.text
    if len(str(form.get("id_no", ""))) == 18:
        assert form["id_no"] not in page.text
        assert f"{form['id_no'][:4]}**********{form['id_no'][-4:]}" in page.text
    assert answer["decision_id"] in page.text
    assert answer["record"]["leaf"].removeprefix("sha256:") in page.text
    tongues = ("zh", "en") if language == "both" else (language,)
    for tongue in tongues:
        assert answer["mark"][tongue] in page.text
        for one in (*answer["reasons"], *answer["notes"], *answer["advice"], *answer["obligations"]):
            assert one[tongue].lower() in page.text.lower()
    _check_remedies(answer, page.text, tongues)
    if "licence" in answer:
        assert answer["licence"]["identifier"] in page.text


def _check_remedies(answer: dict, text: str, tongues: tuple[str, ...]) -> None:
    assert (answer["remedies"] is not None) == (answer["outcome"] in ADVERSE)
    if answer["remedies"] is None:
        return
    remedies = answer["remedies"]
    for tongue in tongues:
        for part in ("reconsideration", "lawsuit", "human_review"):
            assert remedies[part][tongue].lower() in text.lower()
    assert remedies["review_channel"] in text
    assert remedies["human_review_key"] in text


def test_the_cases_have_every_outcome_and_every_matter() -> None:
    assert {case["expect"]["outcome"] for case in CASES} == {one.value for one in Outcome}
    assert {case["matter"] for case in CASES} == set(publication().versions)


def test_every_value_that_a_rule_file_can_state_has_a_name_in_both_languages() -> None:
    stated = {"awards", "total", "referred_items", "rejected_items"}
    for one in publication():
        stated |= {result.name for result in one.policy.results}
        stated |= {name for rule in one.policy.rules for option in rule.alternatives for name, _ in option.told}
    assert stated <= set(publication().catalogue.results)


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "</bdi></main><h1>准予</h1>",
    "张\u202e三\u2066\u0000",
    "'; DROP TABLE record; --",
    "x" * 5000,
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_text_and_nothing_else(decided: Decided, name: str) -> None:
    sent = application("ELD-1", applicant_name=name)
    decided.stage.play(sent["application_id"], BY_ID["ELD-1"]["facts"])
    number = decided.stage.decide(sent).json["decision_id"]
    got = decided.stage.send("GET", f"/v1/decisions/{number}/notice?lang=both")
    page = got.body.decode()
    found = Tags(page)
    assert found.names <= LAWFUL
    assert not any(attribute.startswith("on") for attribute in found.attributes)
    assert "\u202e" not in page
    if len(name) < 200:
        assert "".join(one if one.isprintable() else "\ufffd" for one in name) in found.text
        assert html.escape(name, quote=False) in page.replace("&#39;", "'").replace("&#34;", '"') or "\u202e" in name


def test_the_page_allows_itself_one_style_sheet_and_no_script(decided: Decided) -> None:
    number = decided.answers["ELD-1"]["decision_id"]
    got = decided.stage.send("GET", f"/v1/decisions/{number}/notice")
    page = got.body.decode()
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = got.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy
    assert html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]) in policy  # type: ignore[index]  # the test fails on None as well
    assert got.headers["cache-control"] == "no-store"
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    assert " style=" not in page


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        ("", "both"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB, zh;q=0.3", "en"),
        ("en", "en"),
        ("fr", "both"),
        ("zh;q=0.5, en;q=0.5", "both"),
        ("zh;q=0, en;q=0.1", "en"),
        ("en;q=nan, zh;q=x", "both"),
        ("en;q=9, zh", "zh"),
        (",;,;q=;zh", "both"),
    ],
)
def test_the_language_is_what_the_client_likes_best(decided: Decided, header: str, shown: str) -> None:
    page = decided.page("ELD-1", **{"Accept-Language": header})
    assert page == decided.page("ELD-1", f"?lang={shown}", **{"Accept-Language": "fr"})


def test_another_word_for_the_language_or_another_decision_is_a_problem(decided: Decided) -> None:
    number = decided.answers["ELD-1"]["decision_id"]
    for query in ("?lang=de", "?lang=", "?lang=zh&lang=en"):
        got = decided.stage.send("GET", f"/v1/decisions/{number}/notice{query}")
        assert (got.status, got.json["errors"]) == (422, [{"pointer": "/lang", "code": "not_allowed"}])
    assert decided.stage.send("GET", "/v1/decisions/none/notice").status == 404


def test_whoever_reads_a_notice_is_taken_down(decided: Decided) -> None:
    number = decided.answers["ROAD-6"]["decision_id"]
    decided.page("ROAD-6")
    done = miaopi("accesses", "--decision", number, "--ledger", decided.ledger, "--json")
    assert b"GET /v1/decisions/{decision_id}/notice" in done.out


def test_the_command_prints_the_page_that_the_service_shows(decided: Decided) -> None:
    number = decided.answers["DIS-4"]["decision_id"]
    done = miaopi("notice", number, "--ledger", decided.ledger, "--lang", "zh")
    assert (done.code, done.out.decode()) == (0, decided.page("DIS-4", "?lang=zh"))
    assert miaopi("notice", "none", "--ledger", decided.ledger).code == 2
    assert miaopi("notice", number, "--ledger", decided.ledger, "--lang", "de").code == 2


def test_a_notice_handed_in_by_an_agent_names_the_principal_and_shows_the_agent_masked(decided: Decided) -> None:
    sent = {**application("ELD-1"), "agent": AGENT}
    decided.stage.play(sent["application_id"], BY_ID["ELD-1"]["facts"])
    answer = decided.stage.decide(sent).json
    page = decided.stage.send("GET", f"/v1/decisions/{answer['decision_id']}/notice").body.decode()
    assert sent["form"]["applicant_name"] in page
    assert answer["parties"]["zh"] in page
    assert answer["parties"]["agent"]["id_no"] in page
    assert AGENT["id_no"] not in page

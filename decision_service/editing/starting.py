"""`miaopi new`: the first file of a matter, small, and whole enough to pass `check` and `test` at once. What its writer
has to settle is marked TODO, which `miaopi lint` lists."""

from dataclasses import dataclass
from datetime import date
from string import Template

from decision_service.editing.formatting import formatted
from decision_service.editing.scalars import written
from decision_service.editing.schema import POLICIES, first_line
from decision_service.policy.catalogue import Catalogue
from decision_service.source import Source


@dataclass(frozen=True, slots=True)
class Start:
    """What is known of a matter when it is begun. `today` is the day on which it is."""

    matter: str
    zh: str
    en: str
    item_type: str
    in_force: date
    today: date


def first_file(start: Start, catalogue: Catalogue) -> str:
    """The text of the file. Its office and its people are those of the city that the catalogue's examples are about."""
    city = f"{str(catalogue.examples['population']['hukou_code'])[:4]}00"
    elsewhere = next(code for code in catalogue.prefectures if code != city)
    text = _TEXT.substitute(
        line=first_line(POLICIES),
        matter=start.matter,
        zh=written(start.zh),
        en=written(start.en),
        item_type=start.item_type,
        in_force=start.in_force,
        assessed=min(start.today, start.in_force),
        city=city,
        city_zh=catalogue.prefectures[city].zh,
        elsewhere=elsewhere,
        elsewhere_zh=catalogue.prefectures[elsewhere].zh,
    )
    return formatted(Source(f"{start.matter}/{start.in_force}.yaml", text))


_TEXT = Template("""\
$line
matter: $matter
zh: $zh
en: $en
in_force: $in_force
illustrative: yes  # TODO 正式政策删去这一行 leave this out of a real policy
item: 11${city}DEMX9009903210599001000  # TODO 实施编码 the code of the item
item_type: $item_type
handle_type: 1
applicant: natural_person
office: 11${city}DEMX900990  # TODO 办理机关 the office
identity: real_name
credit: {policy: record_only}
budget: {p50: 600 ms, p95: 1500 ms, deadline: 3000 ms}

basis:
  1:
    # TODO 写明法律、条款和版本 the law, its article, its edition
    zh: 本事项的办法（示例）
    en: rules on this matter (sample)
    edition: illustrative

suitability:
  # TODO 为什么可以秒批，由谁评估、审核 why it may be decided at once, who assessed and reviewed it
  no_discretion: {zh: 条件均有登记，无须裁量, en: every condition is a register fact}
  no_site_check: {zh: 无须现场核查, en: nothing is checked on site}
  no_third_party: {zh: 不涉及第三人重大利益, en: no third party has a major interest}
  assessment: {id: DEMO-PIA-000, on: $assessed}
  reviewed_by: {legal: DEMO-LEGAL-00, technical: DEMO-TECH-00}

form:
  # TODO 本事项还要问的字段 what else the matter asks of the applicant
  city:
    type: prefecture
    zh: 申请的市
    en: City applied to
    help_zh: 选择户口所在的市
    help_en: the city where the household register is
    example: $city
    prefill: prefecture(population.hukou_code)

materials:
  - {zh: 身份证、户口簿, en: ID card and household register, replaced_by: [population]}

ask:
  population:
  credit:

let:
  hukou: prefecture(population.hukou_code)

rules:
  # TODO 每个条件一条规则 a rule for each condition
  R1:
    zh: 户籍在申请的市
    en: The household register is in the city applied to
    basis: [1]
    must: hukou = city
    else: NOT_ACCEPTED N01_NOT_IN_JURISDICTION
    tell:
      redirect_city: hukou

always:
  - zh: 户籍不在申请的市，不获批准
    en: never approved in a city where the household register is not
    never: [APPROVED]
    when: hukou != city

cases:
  户籍在$city_zh:
    as_of: $in_force
    form:
      applicant_name: 郑示甲七
      id_no: 210100196007018951
      city: $city
    expect: {outcome: APPROVED}
  向$elsewhere_zh申请:
    like: 户籍在$city_zh
    alone: R1
    but: {city: $elsewhere}
    expect: {outcome: NOT_ACCEPTED, reasons: [N01_NOT_IN_JURISDICTION], redirect_city: $city}
  人口库超时:
    like: 户籍在$city_zh
    but: {population: late}
    expect: {outcome: REFERRED, reasons: [R01_VERIFIER_UNAVAILABLE]}
""")

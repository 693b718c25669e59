"""The report of a run as a page that needs nothing else."""

from decision_service.load.asjson import VERDICTS
from decision_service.load.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, scatter, shares
from decision_service.load.run import Result
from decision_service.pages.frame import templates

WORDS = {
    "right": ("正确", "right"),
    "late": ("数据源超时，结果仍符合规则", "a register was late, the answer is what it must be then"),
    "doubted": ("两个引擎未能核对，转人工", "the engines were not heard to agree, so an officer decides"),
    "refused": ("按约定拒绝", "refused as it must be"),
    "again": ("同一请求正在办理", "the same request is being decided"),
    "shed": ("因繁忙谢绝", "turned away as too much"),
    "wrong": ("错误", "wrong"),
    "failed": ("没有可用的答复", "no usable answer"),
}
"""How verdicts are called."""


def page(result: Result) -> str:
    """The page, HTML."""
    charts = [(one, scatter(one), shares(one)) for one in result.stages]
    box = {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "top": TOP,
        "bottom": HEIGHT - BOTTOM,
    }
    template = templates("decision_service.load").get_template("load.html")
    return template.render(result=result, charts=charts, box=box, verdicts=VERDICTS, words_of=WORDS)

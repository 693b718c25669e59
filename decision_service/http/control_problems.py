"""The problems of the control plane: suspensions and releases."""

from collections.abc import Mapping
from typing import Final

from decision_service.http.said import Said

CONTROL: Final[Mapping[str, Said]] = {
    "unknown_suspension": Said(
        404,
        "没有这项暂停",
        "no such suspension stands",
        "现有的暂停见 GET /control/v1/suspensions",
        "GET /control/v1/suspensions lists those that stand",
    ),
    "unknown_release": Said(
        404,
        "没有这次发布",
        "no such release was proposed",
        "见 GET /control/v1/releases",
        "GET /control/v1/releases lists them",
    ),
    "nobody": Said(
        404,
        "账本中没有可删除的内容",
        "nothing readable is on record of that person or application",
        "请核对证件号码或申请编号",
        "check the number of the document, or of the application",
    ),
    "kept_longer": Said(
        409,
        "法定保存期限未满",
        "the law keeps it longer",
        "kept_until 之后可再申请；违法处理或有权机关要求删除的，请写明相应理由",
        "ask again from the day kept_until, or name another ground where there is one",
    ),
    "unknown_erasure": Said(
        404,
        "没有这个待批准的删除申请",
        "no erasure of that number waits for approval",
        "待批准的申请见 GET /control/v1/erasures",
        "GET /control/v1/erasures lists those that do",
    ),
    "second_person_needed": Said(
        409,
        "须由另一人办理",
        "it takes another person than the one who took the step before",
        "请另一位有权人员办理；同一人的另一把密钥也不行",
        "have another person do it; another key of the same person will not do",
    ),
    "resume_not_asked": Said(
        409,
        "尚未有人申请恢复",
        "nobody has asked to resume",
        "先 POST …/resume 申请，再由另一人确认",
        "ask with POST /control/v1/suspensions/{number}/resume first; another person confirms then",
    ),
    "nothing_to_release": Said(
        409,
        "规则文件夹没有变化",
        "the rules folder holds what is in force",
        "请先放入新的规则文件",
        "put the new rule files there first",
    ),
    "release_changed": Said(
        409,
        "规则文件与提请时不同，或摘要不符",
        "the rule files, or the digests that were sent, are not those that were proposed",
        "请重新提请发布",
        "propose a release anew",
    ),
    "release_settled": Said(
        409,
        "这次发布已经办结",
        "this release was settled before",
        "如需变更，请重新提请",
        "for a change, propose a release anew",
    ),
    "needs_restart": Said(
        409,
        "登记库目录有变动，须重启服务",
        "the catalogue of registers has changed, which takes a restart",
        "请重启服务后再提请发布",
        "restart the service, then propose the release",
    ),
    "illustrative_rules": Said(
        409,
        "示例政策不能在正式运行中生效",
        "illustrative rules decide nothing in production",
        "请放入正式的规则文件",
        "put real rule files into the folder",
    ),
    "rules_refused": Said(
        422,
        "规则文件有误",
        "the rule files are not right",
        "问题及其位置见 problems；原有规则照常办理",
        "problems names each with file, line and column; what was in force goes on",
    ),
    "gate_failed": Said(
        422,
        "发布前核对未通过",
        "the publish gate stopped the release",
        "见 faults；原有规则照常办理",
        "faults names what differed; what was in force goes on",
    ),
}
"""By the last part of their type."""

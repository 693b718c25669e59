"""The page that a court or an archive reads first, inside each package."""

from typing import Final

NAME: Final = "README.md"

README: Final = """# 行政决定电子档案包 · Archive package of a decision

## 这是什么

本包是一项由系统作出的决定的完整档案：申请、当时适用的规则文件、各登记库的答复（仅为作出决定所用的项目）、逐条规则的认定、决定、
文书、上链回执，以及该案此后的记录。凭本包即可在没有原系统、不联网的情况下核对并重新得出同一决定。

| 文件 | 内容 |
| --- | --- |
| `manifest.json` | 目录：每个文件的 SHA-256、保管期限、记录位置 |
| `seal.json` | 对 `manifest.json` 的印章；`provider` 为 `test` 的是测试印章，不具有法律效力 |
| `application.json` | 申请表 |
| `answer.json` | 决定全文（当时答复平台的原始字节） |
| `notice.html` | 文书，用浏览器打开或打印 |
| `findings.json` | 逐条规则：是否符合、依据、数据来源和日期 |
| `verifications.json` | 各登记库的答复，含数据日期、原答复的摘要 |
| `receipt.json` | 回执：证明该决定在签名的账本中，含签名的检查点和包含证明 |
| `record/` | 账本所记的原始字节 |
| `rules/sha256-…/` | 作出决定的规则文件和共享目录 |
| `later/` | 该案此后的记录（复核、人工决定及其文书、投诉等），按先后编号 |

## 如何核对

1. 每个文件的 SHA-256 应与 `manifest.json` 一致（例如 `sha256sum notice.html`）。
2. 公钥从机关公布处取得（不要用包内的），然后运行
   `miaopi replay 本包.zip --public-key 公钥`：核对每一个字节、印章、回执，用包内的规则重新作出决定，逐字节比较。

## What this is

The whole file of a decision that the system made: the application, the rule files that applied, what registers answered
(only what the decision needed), the finding on each rule, the decision, the notice, the receipt of the record, and what
was recorded of the case afterwards. With this package alone, without the system and without a network, the decision can
be checked and made again.

1. The SHA-256 of each file must be that in `manifest.json`.
2. Take the public key from where the authority publishes it, not from here, and run
   `miaopi replay PACKAGE.zip --public-key KEY`: every byte, the seal and the receipt are checked, and the decision is
   made again by the rules inside and compared byte for byte. A seal whose `provider` is `test` is not a legal seal.
"""

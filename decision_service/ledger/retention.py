"""How long decisions are kept readable, by law; afterwards a person's key is destroyed (control/retention.py)."""

from typing import Final

LEAST_DECISION_DAYS: Final = 3653
"""Ten years, however they fall: the shorter of the two terms for which files of authorities are kept
(机关文件材料归档范围和文书档案保管期限规定, 国家档案局令第8号, 2006)."""

DECISION_DAYS: Final = 10_958
"""Thirty years, the longer of the two."""

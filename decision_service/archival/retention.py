"""How long the file of a decision is to be kept, by kind of matter.

The classes are those of archives in offices: for good, thirty years, ten years. Which matter falls into which is for
the authority's own schedule (归档范围和保管期限表) to say; the table here is an example and says so.
"""

from collections.abc import Mapping
from typing import Final

from decision_service.policy.parts import Bilingual

CLASSES: Final[Mapping[str, Bilingual]] = {
    "Y": Bilingual("永久", "for good"),
    "D30": Bilingual("定期30年", "thirty years"),
    "D10": Bilingual("定期10年", "ten years"),
}

BY_ITEM_TYPE: Final[Mapping[str, str]] = {"01": "D30", "05": "D30", "07": "Y"}
"""Licences and benefits, and confirmations; everything else is kept for ten years."""


def retention_of(item_type: str) -> dict[str, object]:
    """The retention class of a matter of this type (GB/T 39046-2020 table A.1)."""
    name = BY_ITEM_TYPE.get(item_type, "D10")
    return {"class": name, "zh": CLASSES[name].zh, "en": CLASSES[name].en, "illustrative": True}

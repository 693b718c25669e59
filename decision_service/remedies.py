"""What a notice says of remedies (domain 2.4): body, court, periods and channel, and how an officer is asked for."""

from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Bilingual


def remedies_in(catalogue: Catalogue, city: str, key: str, review: Bilingual) -> dict[str, object]:
    """The remedies in a city (行政复议法 art. 20, 22; 行政诉讼法 art. 46). `review` is the sentence that tells who
    decided and how an officer is asked for, with `key`."""
    remedies, texts = catalogue.remedies[city], catalogue.remedy_texts

    def filled(template: Bilingual) -> dict[str, str]:
        zh = {"reconsideration_body": remedies.reconsideration_body.zh, "court": remedies.court.zh}
        en = {"reconsideration_body": remedies.reconsideration_body.en, "court": remedies.court.en}
        both = {"review_channel": remedies.review_channel, "human_review_key": key}
        return {"zh": template.zh.format(**zh, **both), "en": template.en.format(**en, **both)}

    return {
        "reconsideration": {
            "body": _json(remedies.reconsideration_body),
            "within_days": 60,
            **filled(texts["reconsideration"]),
        },
        "lawsuit": {"court": _json(remedies.court), "within_months": 6, **filled(texts["lawsuit"])},
        "review_channel": remedies.review_channel,
        "human_review_key": key,
        "human_review": filled(review),
    }


def _json(text: Bilingual) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}

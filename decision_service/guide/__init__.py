"""The published guide (办事指南): all that a decision may use and ask for, made from the rule file itself (RQ-A2)."""

from decision_service.guide.published import guide_of

__all__ = ["guide_of"]

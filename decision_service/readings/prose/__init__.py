"""Rules as sentences, for the published guide."""

from decision_service.readings.prose.speech import Lang, say

__all__ = ["Lang", "say"]

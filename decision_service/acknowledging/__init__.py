"""Effective notice (送达): that an adverse notice reached the person is acknowledged, or somebody looks into it.

Periods for remedies run from receipt, not from the day of the decision.
"""

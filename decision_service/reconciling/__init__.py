"""Reconciliation (RQ-D6): each decision of a day against each call that it rests on, and what can't be explained."""

from decision_service.reconciling.day import Report, Sources, reconcile
from decision_service.reconciling.findings import DIFFERENCES, EXPLAINED, Difference

__all__ = ["DIFFERENCES", "EXPLAINED", "Difference", "Report", "Sources", "reconcile"]

"""The contract between platforms and the service, checked from both sides: `examine` puts a platform's own client
before a service that misbehaves, `check` plays an integrator's rules against a running service; docs/client.md."""

from decision_service.client.contract.checking import check
from decision_service.client.contract.examining import examine
from decision_service.client.contract.probe import Probe
from decision_service.client.contract.report import BrokenContractError, Report

__all__ = ["BrokenContractError", "Probe", "Report", "check", "examine"]

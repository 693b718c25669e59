"""The workbench: pages on which analysts, approvers, auditors, operators and officers see, try, prove and release rules
and follow decisions. It holds no meaning of its own: what it shows comes from the rooms that the commands use, or from
the service over HTTP."""

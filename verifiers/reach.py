"""Where a host lies that this service is to ask, and which hosts it never asks."""

import ipaddress
import re
from typing import Final, Literal

_METADATA: Final = frozenset({"metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal"})
_METADATA_IPS: Final = frozenset({"100.100.100.200", "192.0.0.192", "fd00:ec2::254"})
"""Where clouds hand out credentials to whoever asks from inside, beside 169.254.0.0/16 and fe80::/10."""

_LAST_LABEL_A_NUMBER: Final = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)\.?", re.IGNORECASE | re.ASCII)
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\.?", re.ASCII)

Reach = Literal["public", "private", "loopback", "never"]
"""Where a host lies. never: nobody we ask is there (link-local, cloud metadata, multicast, unspecified, no host)."""


def reach(host: str) -> Reach:
    """Where `host` lies, by its text alone: nothing is resolved, so a name counts as public unless it says otherwise.

    A host whose last label is a number must be a plain IPv4 address: clients read 2130706433 and 0x7f.1 as 127.0.0.1.
    """
    name = host.lower().rstrip(".")
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        if _LAST_LABEL_A_NUMBER.fullmatch(host) or not _HOST.fullmatch(host) or name in _METADATA:
            return "never"
        return "loopback" if name == "localhost" or name.endswith(".localhost") else "public"
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if address.is_loopback:
        return "loopback"
    if str(address) in _METADATA_IPS or address.is_link_local or address.is_multicast or address.is_unspecified:
        return "never"
    return "private" if address.is_private else "public"

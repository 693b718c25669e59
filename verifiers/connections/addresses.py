"""Addresses that registers may have: those of the operator's file, and no way from there into the machine itself."""

import ipaddress
import re
from typing import Final, Literal
from urllib.parse import urlsplit

from verifiers.connections.entries import Entries

_METADATA: Final = frozenset({"metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal"})
_METADATA_IPS: Final = frozenset({"100.100.100.200", "192.0.0.192", "fd00:ec2::254"})
"""Where clouds hand out credentials to whoever asks from inside, beside 169.254.0.0/16 and fe80::/10."""

_LAST_LABEL_A_NUMBER: Final = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)\.?", re.IGNORECASE | re.ASCII)
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\.?", re.ASCII)

Reach = Literal["public", "private", "loopback", "never"]
"""Where a host lies. never: no register is there (link-local, cloud metadata, multicast, unspecified, no host)."""


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


def read_address(entries: Entries, *, https_only: bool) -> str:
    """`base_url` of a table, checked together with `allow_private`. "" after a complaint.

    `https_only`: plain http is for loopback alone.
    """
    url, private = entries.text("base_url"), entries.yes("allow_private")
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https"):
        entries.complain("base_url", "应为 https:// 开头的地址", "must look like https://exchange.example.gov.cn")
        return ""
    if "@" in parts.netloc or "?" in url or "#" in url:
        entries.complain(
            "base_url", "地址中不得有用户名、查询或片段", "must have no user, query or fragment; take them out"
        )
        return ""
    if check_reach(entries, "base_url", host, private=private) != "loopback" and https_only and parts.scheme != "https":
        entries.complain("base_url", "须用 https：这种接口的回答没有签名", "must be https: answers are not signed here")
    return url.rstrip("/")


def check_reach(entries: Entries, name: str, host: str, *, private: bool) -> Reach:
    """Where `host` lies; complains under `name` where no register may be there, or only with `allow_private`."""
    where = reach(host)
    if where == "never":
        entries.complain(
            name,
            "登记库不会在这个地址（链路本地、云元数据、组播或不规范的数字地址）",
            "no register is there (link-local, cloud metadata, multicast, odd digits); name the register's own",
        )
    elif where != "public" and not private:
        entries.complain(
            name,
            "内网或本机地址；确属登记库时加 allow_private = true",
            "is a private or loopback address; where a register really is there, add `allow_private = true`",
        )
    return where

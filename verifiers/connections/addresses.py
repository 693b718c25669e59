"""Addresses that registers may have: those of the operator's file, and no way from there into the machine itself."""

from urllib.parse import urlsplit

from verifiers.connections.entries import Entries
from verifiers.reach import Reach, reach


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

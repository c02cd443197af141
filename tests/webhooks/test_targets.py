"""Where webhooks may go (SSRF): only to listed hosts, only to addresses that were judged (A13)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from infrastructure.webhooks.targets import Target, TargetError, Targets

LISTED = "hooks.example.cn *.gov.example deep.example:8443"


def targets(*addresses: str, networks: str = "") -> Targets:
    return Targets(LISTED, networks, lambda host, port: list(addresses))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://hooks.example.cn/a?b=c", Target("hooks.example.cn", 443, "/a?b=c")),
        ("https://HOOKS.example.CN.", Target("hooks.example.cn", 443, "/")),
        ("https://tax.gov.example/x", Target("tax.gov.example", 443, "/x")),
        ("https://a.b.gov.example:443/", Target("a.b.gov.example", 443, "/")),
        ("https://deep.example:8443/", Target("deep.example", 8443, "/")),
    ],
)
def test_listed_hosts(url: str, target: Target) -> None:
    assert targets().target(url) == target


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.cn/",
        "ftp://hooks.example.cn/",
        "//hooks.example.cn/",
        "hooks.example.cn",
        "https://",
        "https://other.example.cn/",
        "https://gov.example/",
        "https://evilgov.example/",
        "https://hooks.example.cn.evil.example/",
        "https://hooks.example.cn@evil.example/",
        "https://evil.example@hooks.example.cn/",
        "https://u:p@hooks.example.cn/",
        "https://hooks.example.cn#@evil.example/",
        "https://hooks.example.cn\\@evil.example/",
        "https://hooks.example.cn:8443/",
        "https://hooks.example.cn:99999/",
        "https://hooks.example.cn:x/",
        "https://deep.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://hooks.example.cn /",
        "https://hooks.example.cn\n/",
        "https://hooks.example.cn/\r\nHost: evil.example",
        "https://ｈooks.example.cn/",
        "https://[hooks.example.cn/",
        "https://hooks.example.cn/" + "a" * 2000,
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    with pytest.raises(TargetError):
        targets().target(url)


def test_without_a_list_nothing_goes_anywhere() -> None:
    with pytest.raises(TargetError):
        Targets("").target("https://hooks.example.cn/")


BAD = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    # One of version 4 within one of version 6: compatible, translated (RFC 2765, 8215), tunnelled (RFC 5214).
    "::127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b:1::7f00:1",
    "2001:4860:4860::200:5efe:a9fe:a9fe",
    "2001:4860:4860::5efe:10.0.0.1",
    "2001:0:7f00:1::",
    "fec0::1",
    "5f00::1",
    "3fff::1",
    "192.88.99.1",
    "192.0.0.8",
    # Other ways to write 127.0.0.1 that a resolver may take or give: none of them is an address here.
    "127.1",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "2130706433",
    "not an address",
]
GOOD = Target("hooks.example.cn", 443, "/")


@pytest.mark.parametrize("address", BAD)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    with pytest.raises(TargetError):
        targets(address).addresses(GOOD)


@pytest.mark.parametrize("address", BAD)
def test_one_bad_address_among_good_ones_is_enough(address: str) -> None:
    with pytest.raises(TargetError):
        targets("93.184.216.34", address).addresses(GOOD)


def test_public_addresses_and_listed_networks() -> None:
    assert targets("93.184.216.34", "2606:2800:220:1::1").addresses(GOOD) == ["93.184.216.34", "2606:2800:220:1::1"]
    assert targets("10.1.2.3", networks="10.1.0.0/16").addresses(GOOD) == ["10.1.2.3"]
    assert targets("::ffff:10.1.2.3", networks="10.1.0.0/16").addresses(GOOD) == ["::ffff:10.1.2.3"]
    with pytest.raises(TargetError):
        targets("10.2.2.3", networks="10.1.0.0/16").addresses(GOOD)
    with pytest.raises(TargetError):
        targets().addresses(GOOD)


def test_a_name_is_resolved_once_and_the_judged_addresses_are_used() -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    found = Targets(LISTED, "", rebinding).addresses(GOOD)
    assert (found, asked) == (["93.184.216.34"], ["hooks.example.cn"])


@pytest.mark.parametrize("hosts", ["*", "*.", "a*b.cn", "host:0", "host:x", "http://host", "host:70000"])
def test_what_is_no_host_cannot_be_listed(hosts: str) -> None:
    with pytest.raises(ValueError, match="host"):
        Targets(hosts)

"""去处 Where a webhook may go: only to hosts that the site has listed, and only to addresses that were looked at.

Without a list nothing is sent anywhere. The name is resolved once for each delivery, every address found is judged, and
the connection goes to the judged address: a name that means something else a moment later leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_URL = 2000
_HTTPS = 443

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[str]]


class TargetError(ValueError):
    """A receiver's address that nothing is sent to. The text says why, in both languages."""


@dataclass(frozen=True)
class Target:
    """The address of a receiver, taken apart."""

    host: str
    port: int
    path: str


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, in the resolver's order. Raises TargetError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TargetError(f"不能解析{host} / {host} cannot be resolved") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Targets:
    """The hosts and networks that a site allows."""

    def __init__(self, hosts: str, networks: str = "", resolve: Resolve = resolved) -> None:
        """`hosts`: names, *.names and host:port by blanks. `networks`: of addresses that are not public.

        Raises ValueError for what is neither.
        """
        self._hosts = frozenset(_host_and_port(entry.lower()) for entry in hosts.split())
        self._networks: tuple[Network, ...] = tuple(ipaddress.ip_network(entry) for entry in networks.split())
        self._resolve = resolve

    def target(self, url: str) -> Target:
        """The receiver that a URL names. Raises TargetError unless it is https to a listed host."""
        if len(url) > LONGEST_URL or not url.isascii() or any(c <= " " or c in '\\"<>^`{|}' for c in url):
            raise TargetError("地址含不允许的字符或过长 / the URL is too long, or holds characters that no URL does")
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port or _HTTPS
        except ValueError:
            raise TargetError("不是合法的地址 / this is no URL") from None
        if parts.scheme != "https":
            raise TargetError("须为https地址 / an https URL is needed")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise TargetError("地址不应含账户、口令或片段 / leave out user, password and fragment")
        if not self._listed(host, port):
            raise TargetError(
                f"{host}:{port}不在LIUHEN_WEBHOOK_HOSTS中，请联系系统管理员 / {host}:{port} is not in "
                "LIUHEN_WEBHOOK_HOSTS: ask the administrator"
            )
        return Target(host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))

    def addresses(self, target: Target) -> Sequence[str]:
        """The addresses to connect to. Raises TargetError if any address of the host is one that nothing is sent to."""
        found = self._resolve(target.host, target.port)
        for address in found:
            self._judge(address)
        if not found:
            raise TargetError(f"{target.host}没有地址 / {target.host} has no address")
        return found

    def _listed(self, host: str, port: int) -> bool:
        parents = [".".join(host.split(".")[n:]) for n in range(1, host.count(".") + 1)]
        return any((name, port) in self._hosts for name in (host, *(f"*.{parent}" for parent in parents)))

    def _judge(self, text: str) -> None:
        try:
            address: Address = ipaddress.ip_address(text.partition("%")[0])
        except ValueError:
            raise TargetError("不是合法的网络地址 / this is no network address") from None
        for inner in _meant(address):
            allowed = any(inner.version == n.version and inner in n for n in self._networks)
            if not allowed and not _is_public(inner):
                raise TargetError(
                    f"{text}不是公网地址，也不在LIUHEN_WEBHOOK_NETWORKS中 / {text} is not a public address, "
                    "nor in LIUHEN_WEBHOOK_NETWORKS"
                )


def _meant(address: Address) -> list[Address]:
    """What an address leads to: one of version 4 that is carried inside one of version 6 counts as itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return [address.ipv4_mapped]
        last = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if address in _NAT64:
            return [last]
        inside = [a for a in (address.sixtofour, *(address.teredo or ())) if a is not None]
        if int(address) >> 32 & 0xFDFFFFFF == _ISATAP:
            inside.append(last)
        return [address, *inside]
    return [address]


def _is_public(address: Address) -> bool:
    """Does it lead to one host of the internet, by the registries of IANA as well as by the table of Python?"""
    if not address.is_global or address.is_multicast or any(address in n for n in _SPECIAL):
        return False
    return address.version == 4 or address in _UNICAST


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = 0x5EFE
"""Before the last 32 bits of an address of RFC 5214, with or without its universal bit."""
_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that is given out of version 6 (RFC 4291)."""
_SPECIAL: tuple[Network, ...] = tuple(
    ipaddress.ip_network(n)
    # Protocol assignments, relays of 6to4, documentation (RFC 6890, 7526, 9637): some tables call them global.
    for n in ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")
)


def _host_and_port(entry: str) -> tuple[str, int]:
    host, colon, port = entry.rpartition(":")
    if not colon:
        host, port = entry, str(_HTTPS)
    name = host.removeprefix("*.")
    if not (name and port.isascii() and port.isdigit() and 0 < int(port) < 65536) or "*" in name or "/" in name:
        raise ValueError(f"不是主机 / not a host: {entry}")
    return host, int(port)

"""Who calls, as far as the network tells."""

from __future__ import annotations

from collections.abc import Container
from ipaddress import IPv6Address, ip_address


def address_of(peer: str, forwarded: str, proxies: Container[str]) -> str:
    """Who calls: the peer, or what the last of our own proxies says of it. An IPv6 subscriber is a /64.

    ``forwarded`` is X-Forwarded-For: believed from the right, as far as each step is one of ``proxies``
    (ENS_PROXIES); anyone may write what is on the left.
    """
    address = peer
    for step in reversed([step.strip() for step in forwarded.split(",") if step.strip()]):
        if address not in proxies:
            break
        address = step
    try:
        known = ip_address(address)
    except ValueError:
        return address[:45]
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(IPv6Address(int(known) >> 64 << 64)) + "/64"
    return str(known)

"""What a network address is counted under: all that one customer of a provider can choose from."""

from ipaddress import IPv6Address, ip_address, ip_network

# What is counted: wrong passwords, and forms that ask for letters.
FAILURES, LETTERS = "failures", "letters"
IPV4_PREFIX, IPV6_PREFIX = 32, 64


def network_of(address: str) -> str | None:
    """The network of an address, in normal form: of IPv4 the address itself, of IPv6 its /64.

    None where there is no such address: a socket of the machine's own, say.
    """
    try:
        # The zone of a link-local address names our side's interface.
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    prefix = IPV4_PREFIX if found.version == 4 else IPV6_PREFIX
    return str(ip_network((found, prefix), strict=False))

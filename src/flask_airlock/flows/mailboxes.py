"""What is kept of the mailbox that a link goes to: a keyed digest, and not the address."""

from .services import Services

MAILED_TO = "mailed to"


def digests(services: Services, address: str) -> list[bytes]:
    """What an address may be kept as beside a link, one for each key, the newest first."""
    return services.vault.macs(MAILED_TO, address)


def is_one_of(services: Services, address: str, digest: bytes) -> bool:
    """Whether this is the digest of that address."""
    return services.vault.verify_mac(MAILED_TO, address, digest)

"""Which hosts answer in a playground: the running server under its own names, and nobody else."""

from __future__ import annotations

_LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0")


def is_loopback(host: str) -> bool:
    """Whether a name means the machine itself."""
    return host in _LOOPBACK or host.endswith(".localhost")

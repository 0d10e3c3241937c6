"""Reads batches of events back, as the page does. For those who run sessions without a page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any


def read_batches(batches: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The events of batches that follow one another."""
    parts: dict[int, dict[str, Any]] = {}
    for batch in batches:
        packed: list[Any] = json.loads(batch)
        seq, first, new, *columns = packed
        parts.update(zip(range(first, first + len(new)), new, strict=True))
        for number, (at, task, place, rest) in enumerate(zip(*columns, strict=True), seq):
            yield {"seq": number, "at": at, "task": task, **parts[place], **parts[rest]}

"""`python -m peel`: reads `{"open": …, "groups": […]}` from stdin and prints the run document. For comparing."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from peel.batches import read_batches
from peel.engine import Engine


def run(request: dict[str, Any]) -> dict[str, Any]:
    """Run one whole session."""
    batches: list[str] = []
    engine = Engine(batches.append)
    opened: Any = engine.call("open", request["open"])
    document: dict[str, Any] = {**opened, "exchanges": [], "events": []}
    if opened["error"] is None:
        for group in request["groups"]:
            if document["stop"] is not None:
                break
            sent: Any = engine.call("send", group)
            document["exchanges"] += sent["exchanges"]
            document["stop"] = sent["stop"]
    closed: Any = engine.call("close", None)
    document["stop"] = document["stop"] or closed["stop"]
    document["events"] = list(read_batches(batches))
    return document


def main() -> None:
    """Run what stdin asks for."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets depends on it, and it can only be chosen before Python starts.
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, "-m", "peel"])
    stdout = sys.stdout
    document = run(json.load(sys.stdin))
    json.dump(document, stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()

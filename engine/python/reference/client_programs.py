"""Run client programs as they run outside: CPython, and a real uvicorn in a process of its own.

Reads `{"files", "clients"}` from stdin and prints, for each client program, what it wrote to stdout and how it ended:
`[{"lines", "code", "stderr"}]`.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

WRITTEN_PORT = "8000"
"""The port that client programs name; a free one takes its place."""
QUIET = {**os.environ, "NO_PROXY": "*", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore", "TZ": "UTC"}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server takes connections."""
    for _ in range(400):
        if server.poll() is not None:
            raise SystemExit("uvicorn did not start")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("uvicorn takes no connections")


def serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Start the server that the clients talk to."""
    options = ["--port", str(port), "--http", "h11", "--log-level", "critical"]
    server = subprocess.Popen([sys.executable, "-m", "uvicorn", "main:app", *options], cwd=folder, env=QUIET)
    wait_for(port, server)
    return server


def run(folder: Path, client: str, text: str, port: int) -> dict[str, Any]:
    """Run one client program."""
    (folder / client).write_text(text.replace(f":{WRITTEN_PORT}", f":{port}"))
    done = subprocess.run(
        [sys.executable, client], cwd=folder, env=QUIET, capture_output=True, text=True, timeout=60, check=False
    )
    back = done.stdout.replace(f":{port}", f":{WRITTEN_PORT}").replace(f"port={port}", f"port={WRITTEN_PORT}")
    said = done.stderr.replace(f":{port}", f":{WRITTEN_PORT}")
    return {"lines": back.splitlines(), "code": done.returncode, "stderr": said}


def main() -> None:
    """Run what stdin asks for."""
    job = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="peel-client-") as name:
        folder = Path(name)
        for path, text in job["files"].items():
            (folder / path).write_text(text)
        port = free_port()
        server = serve(folder, port)
        try:
            print(json.dumps([run(folder, client, job["files"][client], port) for client in job["clients"]]))
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()

"""A plain client for one connection: sends the bytes it is told to, and reads what comes back. Knows no server."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
import time
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import Any

CONTINUE_SECONDS = 1.0
"""How long a client that asked for leave to send its body waits for it."""


def raw_bytes(text: dict[str, str]) -> bytes:
    """The bytes behind a body's text."""
    return base64.b64decode(text["text"]) if text["encoding"] == "base64" else text["text"].encode()


def request_head(request: dict[str, Any]) -> bytes:
    """Return request line and headers exactly as they are given."""
    head = f"{request['method']} {request['target']} HTTP/1.1\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in request["headers"])
    return head.encode("latin-1") + b"\r\n"


class Client:
    """One connection that carries one request."""

    def __init__(self, port: int, request: dict[str, Any], patience: float) -> None:
        self._request = request
        self._patience = patience
        self._began = time.monotonic()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self._late: list[dict[str, Any]] = []
        self.port: int = self._socket.getsockname()[1]

    def ask(self) -> None:
        """Send the request, as far as it goes at once. A server that answers early may close before it has read all."""
        request = self._request
        head = request_head(request)
        with contextlib.suppress(ConnectionError):
            if "pieces" in request:
                self._late = [piece for piece in request["pieces"] if piece["atMs"] > 0]
                now = [raw_bytes(piece["bytes"]) for piece in request["pieces"] if piece["atMs"] <= 0]
                self._socket.sendall(head + b"".join(now))
                return
            body = raw_bytes(request["body"])
            if body and any(
                [name.lower(), value.lower()] == ["expect", "100-continue"] for name, value in request["headers"]
            ):
                self._socket.sendall(head)
                if self._may_go_on():
                    self._socket.sendall(body)
            else:
                self._socket.sendall(head + body)

    def _may_go_on(self) -> bool:
        self._socket.settimeout(CONTINUE_SECONDS)
        try:
            return self._socket.recv(12, socket.MSG_PEEK).endswith(b" 100")
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(self._patience)

    def _send_late(self) -> None:
        with contextlib.suppress(OSError):
            for piece in self._late:
                time.sleep(max(0.0, self._began + piece["atMs"] / 1000 - time.monotonic()))
                self._socket.sendall(raw_bytes(piece["bytes"]))

    def answer(self) -> dict[str, Any]:
        """Read as much of the response as comes, and hang up."""
        seen: dict[str, Any] = {"response": None, "timedOut": False}
        body = bytearray()
        threading.Thread(target=self._send_late, daemon=True).start()
        hang_up = self._hang_up_at()
        with self._socket:
            response = HTTPResponse(self._socket, method=self._request["method"])
            try:
                self._wait_until(hang_up)
                response.begin()
                seen["response"] = {
                    "status": response.status,
                    "reason": response.reason,
                    "headers": list(response.msg.items()),
                }
                while piece := response.read1(65536):
                    body += piece
                    self._wait_until(hang_up)
            except TimeoutError:
                seen["timedOut"] = hang_up is None
            except IncompleteRead as broken:
                body += broken.partial
            except (HTTPException, ConnectionError):
                pass
            finally:
                response.close()
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)  # the late pieces' thread may still hold it
        if seen["response"] is not None:
            seen["response"]["body"] = base64.b64encode(body).decode()
        return seen

    def _hang_up_at(self) -> float | None:
        """When the client goes, by the clock of the machine."""
        after = self._request.get("hangUpMs")
        return None if after is None else self._began + after / 1000

    def _wait_until(self, hang_up: float | None) -> None:
        if hang_up is not None:
            self._socket.settimeout(max(0.001, hang_up - time.monotonic()))

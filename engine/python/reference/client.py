"""A plain client for one connection: sends the bytes it is told to, and reads what comes back. Knows no server."""

from __future__ import annotations

import base64
import contextlib
import socket
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import Any


def request_bytes(request: dict[str, Any]) -> bytes:
    """Return the request exactly as its parts say."""
    head = f"{request['method']} {request['target']} HTTP/1.1\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in request["headers"])
    body = request["body"]
    raw = base64.b64decode(body["text"]) if body["encoding"] == "base64" else body["text"].encode()
    return head.encode("latin-1") + b"\r\n" + raw


class Client:
    """One connection that carries one request."""

    def __init__(self, port: int, request: dict[str, Any], patience: float) -> None:
        self._request = request
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self.port: int = self._socket.getsockname()[1]

    def ask(self) -> None:
        """Send the request. A server that answers early may close before it has read all of it."""
        with contextlib.suppress(ConnectionError):
            self._socket.sendall(request_bytes(self._request))

    def answer(self) -> dict[str, Any]:
        """Read as much of the response as comes, and hang up."""
        seen: dict[str, Any] = {"response": None, "timedOut": False}
        body = bytearray()
        with self._socket:
            response = HTTPResponse(self._socket, method=self._request["method"])
            try:
                response.begin()
                seen["response"] = {
                    "status": response.status,
                    "reason": response.reason,
                    "headers": list(response.msg.items()),
                }
                while piece := response.read1(65536):
                    body += piece
            except TimeoutError:
                seen["timedOut"] = True
            except IncompleteRead as broken:
                body += broken.partial
            except (HTTPException, ConnectionError):
                pass
            finally:
                response.close()
        if seen["response"] is not None:
            seen["response"]["body"] = base64.b64encode(body).decode()
        return seen

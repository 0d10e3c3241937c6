"""Responses that come in pieces."""

import httpx
import requests

BASE = "http://localhost:8000"
with requests.get(f"{BASE}/stream", stream=True) as response:
    print(response.headers["transfer-encoding"])
    for line in response.iter_lines():
        print("requests", line)
with httpx.stream("GET", f"{BASE}/stream") as response:
    print(response.status_code, response.is_stream_consumed)
    for line in response.iter_lines():
        print("httpx", line)


def pieces():
    yield b"one "
    yield b"two"


print(requests.post(f"{BASE}/new", data=pieces()).json(), httpx.post(f"{BASE}/new", content=pieces()).json())

"""Ends with an exception of its own."""

import httpx

response = httpx.get("http://localhost:8000/items/50")
print(response.status_code)
response.raise_for_status()

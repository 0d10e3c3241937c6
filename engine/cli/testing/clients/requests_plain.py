"""requests, as in its own quick start."""

from pprint import pprint

import requests

BASE = "http://localhost:8000"

response = requests.get(f"{BASE}/")
print(response.status_code, response.reason, response.json(), response.ok, response.encoding)
print(response.url, response.request.method, response.elapsed.total_seconds() < 60)
for name, value in response.headers.items():
    print(f"{name}: {value}")
pprint(requests.get(f"{BASE}/sent", headers={"X-One": "1"}, params={"a": [1, 2], "b": "ü"}).json())
print(requests.post(f"{BASE}/items", json={"name": "tea"}).json())
print(requests.post(f"{BASE}/items", json={"price": "x"}).status_code)
print(requests.post(f"{BASE}/form", data={"a": "1"}, files={"f": ("f.txt", b"text")}).json())
print(requests.head(f"{BASE}/items/1").status_code, repr(requests.head(f"{BASE}/items/1").text))
print(requests.options(f"{BASE}/items/1").headers["allow"], requests.put(f"{BASE}/new").status_code)
response = requests.get(f"{BASE}/old")
print(response.url, [one.status_code for one in response.history], response.json())
print(requests.get(f"{BASE}/old", allow_redirects=False).headers["location"])

"""httpx, blocking."""

from pprint import pprint

import httpx

response = httpx.get("http://localhost:8000/")
print(response, response.http_version, response.json())
print(response.headers)
pprint(httpx.get("http://localhost:8000/sent", headers={"X-One": "1"}, params={"q": "a b"}).json())
with httpx.Client(base_url="http://localhost:8000", headers={"X-Client": "two"}, follow_redirects=True) as client:
    print(client.get("/login").cookies, client.get("/me").json())
    print(client.get("/old").history, client.post("/items", json={"name": "milk", "price": 2}).json())
    print(client.get("/items/12").is_error, client.delete("/items/1").status_code)
    print(client.post("/form", data={"a": "1"}, files={"f": b"text"}).json())
    try:
        client.get("/slow/2", timeout=0.25)
    except httpx.ReadTimeout as error:
        print(type(error).__name__, error)
    for path in ("/items/12", "/fails"):
        try:
            client.get(path).raise_for_status()
        except httpx.HTTPStatusError as error:
            print(str(error).splitlines()[0])
for url in ("http://localhost:9/", "http://no-such-host.invalid/"):
    try:
        httpx.get(url)
    except httpx.ConnectError as error:
        print(type(error).__name__, str(error).split("]")[0])

"""A session keeps cookies, headers and its connection."""

import requests
from requests.auth import HTTPBasicAuth

with requests.Session() as session:
    session.headers["X-Client"] = "one"
    session.auth = HTTPBasicAuth("ann", "secret")
    print(session.get("http://127.0.0.1:8000/me").json())
    print(session.get("http://127.0.0.1:8000/login").text, session.cookies.get_dict())
    print(session.get("http://127.0.0.1:8000/me").json())
    print(session.get("http://127.0.0.1:8000/me", cookies={"extra": "1"}).json())
    for line in session.get("http://127.0.0.1:8000/sent").json():
        print(line)
print(requests.get("http://127.0.0.1:8000/me").json())

"""What needs no package."""

import http.client
import json
import urllib.error
import urllib.request

with urllib.request.urlopen("http://localhost:8000/items/3") as response:
    print(response.status, response.headers["content-type"], json.load(response))
try:
    urllib.request.urlopen("http://localhost:8000/items/33")
except urllib.error.HTTPError as error:
    print(error.code, error.reason, error.read())
connection = http.client.HTTPConnection("localhost:8000")
for path in ("/sent", "/items/1"):
    connection.request("GET", path, headers={"X-Raw": "1"})
    response = connection.getresponse()
    print(response.status, response.read(), connection.sock is not None)
connection.close()

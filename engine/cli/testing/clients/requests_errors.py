"""What goes wrong, and how requests says so."""

import requests

BASE = "http://localhost:8000"
try:
    requests.get(f"{BASE}/slow/2", timeout=0.25)
except requests.Timeout as error:
    print(type(error).__name__, error)
try:
    requests.get(f"{BASE}/items/99").raise_for_status()
except requests.HTTPError as error:
    print(error, error.response.json())
response = requests.get(f"{BASE}/fails")
print(response.status_code, response.text)
for url in ("http://localhost:9/", "http://no-such-host.invalid/"):
    try:
        requests.get(url)
    except requests.ConnectionError as error:
        print(type(error).__name__, str(error).split("Failed to")[1].split("'")[0].split('"')[0])
try:
    requests.get("nonsense")
except requests.exceptions.MissingSchema as error:
    print(error)
try:
    requests.get(f"{BASE}/stream").json()
except requests.JSONDecodeError as error:
    print(type(error).__name__, error)
raise SystemExit(3)

"""Starlette's TestClient, without and with lifespan."""

import httpx
from fastapi.testclient import TestClient
from main import BASKET, app

client = TestClient(app)
response = client.get("/")
print(response.status_code, response.json(), response.headers)
print(client.get("/sent").json())
print(client.get("/login").cookies, client.get("/me").json())
print(client.get("/old").json(), client.post("/items", json={"name": "salt"}).json())
print(client.get("/later").json(), BASKET[-1], client.get("/items/3").json(), client.get("/stream").text.splitlines())
try:
    client.get("/fails")
except ValueError as error:
    print("raised", error)
print(TestClient(app, raise_server_exceptions=False).get("/fails"))
with client.websocket_connect("/ws?name=ann", subprotocols=["chat"]) as socket:
    print(socket.accepted_subprotocol, socket.receive_json())
    socket.send_text("hello")
    print(socket.receive_text())
    socket.send_text("bye")
    print(socket.receive())
with TestClient(app, base_url="https://shop.test", headers={"x-a": "1"}) as inside:
    print(inside.get("/state").json(), inside.get("/sent").json())
    with inside.stream("GET", "/stream") as response:
        print(list(response.iter_lines()))
assert isinstance(response, httpx.Response)

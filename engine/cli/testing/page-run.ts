// What pages ask a real app for, run once: read, blocked, preflighted, redirected, opaque, never sent, and a plain client.
import { groupRequests } from '../../browser'
import { spawnNodeWorker } from '../spawn'
import { EngineHost, Session } from '../../host'
import type { RunDocument } from '../../protocol'
import { parseHttpFile } from '../../requests'

const PROGRAM = `
import gzip
import json

from fastapi import FastAPI, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import RedirectResponse, Response

app = FastAPI()


@app.middleware("http")
async def timing(request, call_next):
    response = await call_next(request)
    response.headers["x-process-time"] = "0.1"
    response.set_cookie("seen", "1")
    return response


app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://app.shop.test"],
    allow_methods=["PUT"],
    allow_headers=["x-basket"],
)


@app.api_route("/orders/{order_id}", methods=["GET", "PUT"])
async def read_order(order_id: int):
    return {"id": order_id}


@app.get("/menu")
async def menu():
    packed = gzip.compress(json.dumps(["plums"] * 100).encode(), mtime=0)
    headers = {"cache-control": "max-age=60", "content-encoding": "gzip"}
    return Response(packed, media_type="application/json", headers=headers)


@app.websocket("/talk")
async def talk(socket: WebSocket):
    await socket.accept()
    await socket.close()


@app.get("/moved")
async def moved():
    return RedirectResponse("/orders/8", 307)
`

const REQUESTS = `
# @name read
# @page https://app.shop.test/cart
GET /orders/7

###
# @name blocked
# @page https://elsewhere.test
GET /orders/7

###
# @name preflighted
# @page https://app.shop.test/cart
PUT /orders/7
X-Basket: 17

###
# @name refused
# @page https://app.shop.test/cart
DELETE /orders/7

###
# @name redirected
# @page https://app.shop.test/cart
GET /moved

###
# @name opaque
# @page https://elsewhere.test
# @mode no-cors
GET /orders/7

###
# @name unsent
# @page https://app.shop.test/cart
# @mode same-origin
GET /orders/7

###
# @name own
# @page http://localhost:8000
GET /orders/7

###
# @name plain
GET /orders/7

###
# @name stored
# @page http://localhost:8000
GET /menu

###
# @name cached
# @page http://localhost:8000
GET /menu

###
# @name shown
# @page https://elsewhere.test
# @kind navigation
GET /orders/7

###
# @name socket
# @page http://localhost:8000
WEBSOCKET /talk
`

/** Runs them in one session. */
export async function runPages(): Promise<RunDocument> {
  const host = new EngineHost(spawnNodeWorker(), { spare: false })
  try {
    const session = new Session(host, { files: { 'main.py': PROGRAM }, entry: 'main.py', app: null })
    await session.open()
    const { requests } = parseHttpFile(REQUESTS, { file: 'requests.http' })
    for (const group of groupRequests(requests)) await session.send(group)
    return session.document
  } finally {
    host.dispose()
  }
}

// Small programs of the browser tests' own, so that lessons can change without them.

/** One request, so that there is one exchange to look at. */
export const ONE_GET = '### Ask\nGET /hello\n'

/** A function middleware by this name adds a header by this name. */
export const withHeader = (layer: string, header: string) => `from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def ${layer}(request: Request, call_next):
    print("${layer} was here")
    response = await call_next(request)
    response.headers["${header}"] = "yes"
    return response


@app.get("/hello")
def hello():
    return {"hello": "world"}
`

/** Line 7 lacks its colon. */
export const SYNTAX_ERROR = `from fastapi import FastAPI

app = FastAPI()


# The next line lacks a colon.
def broken()
    return 1
`
export const SYNTAX_ERROR_LINE = 7

/** Line 8 raises. */
export const RAISES = `from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def clumsy(request: Request, call_next):
    raise ValueError("dropped the tray")


@app.get("/hello")
def hello():
    return {"hello": "world"}
`
export const RAISES_LINE = 8

/** Line 8 forgets to await. */
export const MISSING_AWAIT = `from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def hasty(request: Request, call_next):
    response = call_next(request)
    response.headers["x-hasty"] = "yes"
    return response


@app.get("/hello")
def hello():
    return {"hello": "world"}
`

/** Never ends, in a middleware. */
export const ENDLESS = `from fastapi import FastAPI, Request

app = FastAPI()


@app.middleware("http")
async def dizzy(request: Request, call_next):
    while True:
        pass


@app.get("/hello")
def hello():
    return {"hello": "world"}
`

/** Never ends where Python cannot look: a loop in C, which only the watchdog can stop. */
export const ENDLESS_IN_C = ENDLESS.replace('    while True:\n        pass', '    sum(iter(int, 1))')

/** Answers each message of a WebSocket with what was said. */
export const ECHO_SOCKET = `from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws")
async def echo(ws: WebSocket):
    await ws.accept()
    async for text in ws.iter_text():
        await ws.send_text(f"you said {text}")
`

/** Answers pages of one origin, sets a cookie and tells which one came. */
export const WITH_COOKIE = `from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://app.shop.test"],
    allow_methods=["PUT"],
    allow_credentials=True,
)


@app.api_route("/hello", methods=["GET", "PUT"])
def hello(request: Request):
    came = request.cookies.get("taste")
    response = JSONResponse({"came": came})
    if came is None:
        response.set_cookie("taste", "sweet", samesite="none", secure=True)
    return response
`

/** Asked by a page with its cookies, over https; the method asks first. */
export const PUT_BY_PAGE =
  '### Ask\n# @page https://app.shop.test\n# @credentials include\nPUT https://shop.test/hello\n'

/** An API behind CORS, a stream without end, a WebSocket and a document. */
export const SHOP = `import asyncio

from fastapi import FastAPI, WebSocket
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, StreamingResponse

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://app.shop.test"])


@app.get("/items")
async def items():
    return [1, 2, 3]


@app.delete("/items")
async def drop():
    return []


@app.get("/ticks")
async def ticks():
    async def count():
        number = 0
        while True:
            yield f"data: {number}\\n\\n"
            number += 1
            await asyncio.sleep(0.1)

    return StreamingResponse(count(), media_type="text/event-stream")


@app.websocket("/echo")
async def echo(socket: WebSocket):
    await socket.accept()
    async for text in socket.iter_text():
        await socket.send_text(text.upper())


@app.get("/page", response_class=HTMLResponse)
async def page():
    return '<h1>Shop</h1><form action="/search"><input name="q" value="tea"><button>go</button></form>'


@app.get("/search")
async def search(q: str):
    return {"q": q}
`

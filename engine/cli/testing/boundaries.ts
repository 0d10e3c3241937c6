// Small programs that show where behaviour moved: for each two neighbours in the list of versions, what either does.
import type { RunDocument } from '../../protocol'

export interface Boundary {
  /** What moved, as a claim about the newer of the two. */
  readonly title: string
  /** FastAPI versions that are neighbours in the list, the older one first. */
  readonly between: readonly [older: string, newer: string]
  readonly program: string
  /** Text of the `.http` file. */
  readonly requests: string
  /** Response headers that belong to the story; all others are left out. */
  readonly headers?: readonly string[]
  readonly older: readonly string[]
  readonly newer: readonly string[]
}

/**
 * One line for each exchange: status and body as the client got them, how long that took, the headers asked for, the type of the exception
 * that reached the server, and what was printed.
 */
export function tellRun({ error, exchanges, events }: RunDocument, headers: readonly string[] = []): string[] {
  if (error) return [error.text]
  return exchanges.map((exchange, index) => {
    const { response } = exchange
    const seen = headers.flatMap((name) =>
      (response?.headers ?? []).filter((pair) => pair[0] === name).map((pair) => ` [${pair.join(': ')}]`),
    )
    const printed = events.flatMap((event) =>
      event.kind === 'log' && event.source === 'print' && event.exchange === index ? [` > ${event.text.trim()}`] : [],
    )
    const body = response?.bodyEncoding === 'base64' ? '(binary)' : response?.body
    const answer = response ? `${response.status} ${body}` : 'no answer'
    const took = exchange.endedAt - exchange.startedAt
    const after = took > 0 ? ` after ${took} ms` : ''
    return `${answer}${after}${seen.join('')}${exchange.error ? ` !${exchange.error.type}` : ''}${printed.join('')}`
  })
}

const HEAD = `
import asyncio
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import FileResponse, StreamingResponse
from fastapi.security import HTTPBearer
from starlette.background import BackgroundTask
from starlette.middleware.sessions import SessionMiddleware

app = FastAPI()
`

/** A function middleware that does nothing: it puts a BaseHTTPMiddleware around the app. */
const THROUGH = `
@app.middleware("http")
async def through(request, call_next):
    return await call_next(request)
`

const CLOSING = `
async def connection():
    yield
    print("closed")
`

export const BOUNDARIES: readonly Boundary[] = [
  {
    title: 'a body that middleware has read is there for the endpoint too (Starlette 0.28)',
    between: ['0.100.1', '0.107.0'],
    program: `${HEAD}
@app.middleware("http")
async def reads(request, call_next):
    await request.body()
    return await call_next(request)

@app.post("/")
async def root(request: Request):
    return (await request.body()).decode()
`,
    requests: 'POST /\n\nhello',
    older: ['no answer !Stalled'],
    newer: ['200 "hello"'],
  },
  {
    title: 'code after yield runs before the response is sent (FastAPI 0.106)',
    between: ['0.100.1', '0.107.0'],
    program: `${HEAD}${CLOSING}
@app.get("/")
async def root(one=Depends(connection)):
    async def parts():
        print("streaming")
        yield "a"
    return StreamingResponse(parts())
`,
    requests: 'GET /',
    older: ['200 a > streaming > closed'],
    newer: ['200 a > closed > streaming'],
  },
  {
    title: 'an HTTPException after yield becomes the response (FastAPI 0.106)',
    between: ['0.100.1', '0.107.0'],
    program: `${HEAD}
async def connection():
    yield
    raise HTTPException(418, "late")

@app.get("/")
async def root(one=Depends(connection)):
    return "done"
`,
    requests: 'GET /',
    older: ['200 "done" !RuntimeError'],
    newer: ['418 {"detail":"late"}'],
  },
  {
    title: 'an exception in a stream reaches the server in a group (anyio 4)',
    between: ['0.107.0', '0.108.0'],
    program: `${HEAD}
@app.get("/")
async def root():
    async def parts():
        yield "one"
        raise ValueError("torn")
    return StreamingResponse(parts())
`,
    requests: 'GET /',
    older: ['200 one !ValueError'],
    newer: ['200 one !ExceptionGroup'],
  },
  {
    title: 'the last byte of a stream does not wait for background tasks behind BaseHTTPMiddleware (Starlette 0.29)',
    between: ['0.107.0', '0.108.0'],
    program: `${HEAD}${THROUGH}
async def later():
    await asyncio.sleep(2)

@app.get("/")
async def root():
    async def parts():
        yield "a"
    return StreamingResponse(parts(), background=BackgroundTask(later))
`,
    requests: 'GET /',
    older: ['200 a after 2000 ms'],
    newer: ['200 a'],
  },
  {
    title: 'what a background task raises behind BaseHTTPMiddleware is lost (Starlette 0.29)',
    between: ['0.107.0', '0.108.0'],
    program: `${HEAD}${THROUGH}
async def later():
    raise ValueError("later")

@app.get("/")
async def root(tasks: BackgroundTasks):
    tasks.add_task(later)
    return 1
`,
    requests: 'GET /',
    older: ['200 1 !ValueError'],
    newer: ['200 1'],
  },
  {
    title: 'a mounted app sees the whole path in its scope (Starlette 0.33)',
    between: ['0.108.0', '0.112.4'],
    program: `${HEAD}
inner = FastAPI()

@inner.get("/users")
async def users(request: Request):
    return [request.scope["root_path"], request.scope["path"]]

app.mount("/admin", inner)
`,
    requests: 'GET /admin/users',
    older: ['200 ["/admin","/users"]'],
    newer: ['200 ["/admin","/admin/users"]'],
  },
  {
    title: 'below a root_path of its own an app with a mount answers under that path only (Starlette 0.35)',
    between: ['0.108.0', '0.112.4'],
    program: `${HEAD.replace('FastAPI()', 'FastAPI(root_path="/api")')}
inner = FastAPI()

@inner.get("/users")
async def users():
    return "users"

app.mount("/admin", inner)
`,
    requests: 'GET /admin/users\n\n###\nGET /api/admin/users',
    older: ['200 "users"', '404 {"detail":"Not Found"}'],
    newer: ['404 {"detail":"Not Found"}', '200 "users"'],
  },
  {
    title: 'calling call_next twice fails (Starlette 0.45.1)',
    between: ['0.112.4', '0.115.14'],
    program: `${HEAD}
@app.middleware("http")
async def twice(request, call_next):
    await call_next(request)
    return await call_next(request)

@app.get("/")
async def root():
    print("asked")
    return 1
`,
    requests: 'GET /',
    older: ['200 1 > asked > asked'],
    newer: ['500 Internal Server Error !AssertionError > asked > asked'],
  },
  {
    title: 'GZipMiddleware leaves event streams alone (Starlette 0.46)',
    between: ['0.112.4', '0.115.14'],
    program: `${HEAD}
app.add_middleware(GZipMiddleware, minimum_size=1)

@app.get("/")
async def root():
    async def ticks():
        yield "data: tick\\n\\n"
    return StreamingResponse(ticks(), media_type="text/event-stream")
`,
    requests: 'GET /\nAccept-Encoding: gzip',
    headers: ['content-encoding'],
    older: ['200 (binary) [content-encoding: gzip]'],
    newer: ['200 data: tick\n\n'],
  },
  {
    title: 'what a background task raises behind BaseHTTPMiddleware reaches the server again (Starlette 0.46.2)',
    between: ['0.112.4', '0.115.14'],
    program: `${HEAD}${THROUGH}
async def later():
    raise ValueError("later")

@app.get("/")
async def root(tasks: BackgroundTasks):
    tasks.add_task(later)
    return 1
`,
    requests: 'GET /',
    older: ['200 1'],
    newer: ['200 1 !ValueError'],
  },
  {
    title: 'FileResponse answers ranges (Starlette 0.39)',
    between: ['0.112.4', '0.115.14'],
    program: `${HEAD}
@app.get("/")
async def root():
    open("text.txt", "w").write("hello")
    return FileResponse("text.txt")
`,
    requests: 'GET /\nRange: bytes=1-2',
    headers: ['content-range'],
    older: ['200 hello'],
    newer: ['206 el [content-range: bytes 1-2/5]'],
  },
  {
    title: 'code after yield runs when the response is out (FastAPI 0.118)',
    between: ['0.115.14', '0.120.4'],
    program: `${HEAD}${CLOSING}
@app.get("/")
async def root(one=Depends(connection)):
    async def parts():
        print("streaming")
        yield "a"
    return StreamingResponse(parts())
`,
    requests: 'GET /',
    older: ['200 a > closed > streaming'],
    newer: ['200 a > streaming > closed'],
  },
  {
    title: 'an HTTPException after yield comes too late for the response (FastAPI 0.118)',
    between: ['0.115.14', '0.120.4'],
    program: `${HEAD}
async def connection():
    yield
    raise HTTPException(418, "late")

@app.get("/")
async def root(one=Depends(connection)):
    return "done"
`,
    requests: 'GET /',
    older: ['418 {"detail":"late"}'],
    newer: ['200 "done" !RuntimeError'],
  },
  {
    title: 'HTTPBearer answers 401 with a challenge (FastAPI 0.122)',
    between: ['0.120.4', '0.128.0'],
    program: `${HEAD}
@app.get("/")
async def root(token=Depends(HTTPBearer())):
    return 1
`,
    requests: 'GET /',
    headers: ['www-authenticate'],
    older: ['403 {"detail":"Not authenticated"}'],
    newer: ['401 {"detail":"Not authenticated"} [www-authenticate: Bearer]'],
  },
  {
    title: 'with credentials, the wildcard is answered by the origin itself, cookie or not (Starlette 1.0)',
    between: ['0.128.0', '0.158.2'],
    program: `${HEAD}
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)

@app.get("/")
async def root():
    return 1
`,
    requests: 'GET /\nOrigin: https://shop.example',
    headers: ['access-control-allow-origin', 'vary'],
    older: ['200 1 [access-control-allow-origin: *]'],
    newer: ['200 1 [access-control-allow-origin: https://shop.example] [vary: Origin]'],
  },
  {
    title: 'a session that was only read is not sent again, and says that it varies (Starlette 1.0)',
    between: ['0.128.0', '0.158.2'],
    program: `${HEAD}
app.add_middleware(SessionMiddleware, secret_key="x")

@app.get("/")
async def root(request: Request):
    return request.session.get("a")
`,
    requests: 'GET /\nCookie: session=eyJhIjogMX0=.bRggAA.7-lYxRkTaZCAEX_Bi4koNnwLpGo',
    headers: ['set-cookie', 'vary'],
    older: [
      '200 1 [set-cookie: session=eyJhIjogMX0=.bRggAA.7-lYxRkTaZCAEX_Bi4koNnwLpGo; path=/; Max-Age=1209600; httponly; samesite=lax]',
    ],
    newer: ['200 1 [vary: Cookie]'],
  },
  {
    title: 'a JSON body without a content type is not read as JSON (FastAPI 0.132)',
    between: ['0.128.0', '0.158.2'],
    program: `${HEAD}
@app.exception_handler(RequestValidationError)
async def refused(request, error):
    return Response(error.errors()[0]["type"], 422)

@app.post("/")
async def root(item: dict):
    return item
`,
    requests: 'POST /\n\n{"a": 1}',
    older: ['200 {"a":1}'],
    newer: ['422 dict_type'],
  },
  {
    title: 'CORSMiddleware says that the response varies by origin, whoever asks (Starlette 1.7)',
    between: ['0.158.2', '0.165.0'],
    program: `${HEAD}
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])

@app.get("/")
async def root():
    return 1
`,
    requests: 'GET /',
    headers: ['vary'],
    older: ['200 1'],
    newer: ['200 1 [vary: Origin]'],
  },
  {
    title: 'GZipMiddleware leaves pictures alone (Starlette 1.5)',
    between: ['0.158.2', '0.165.0'],
    program: `${HEAD}
app.add_middleware(GZipMiddleware, minimum_size=1)

@app.get("/")
async def root():
    return Response(b"picture", media_type="image/png")
`,
    requests: 'GET /\nAccept-Encoding: gzip',
    headers: ['content-encoding'],
    older: ['200 (binary) [content-encoding: gzip]'],
    newer: ['200 picture'],
  },
  {
    title: 'an app can limit the size of bodies (FastAPI 0.165)',
    between: ['0.158.2', '0.165.0'],
    program: `
import inspect
from fastapi import FastAPI, Request

limit = {"max_body_size": 4} if "max_body_size" in inspect.signature(FastAPI).parameters else {}
app = FastAPI(**limit)

@app.post("/")
async def root(request: Request):
    return len(await request.body())
`,
    requests: 'POST /\n\nhello',
    older: ['200 5'],
    newer: ['413 Content Too Large'],
  },
]

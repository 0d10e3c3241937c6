/** Requests that meet on the loop: one naps, one blocks, one sleeps in a thread. */
export const AT_ONCE = `import asyncio, time
from fastapi import FastAPI

app = FastAPI()


@app.middleware("http")
async def timing(request, call_next):
    return await call_next(request)


@app.get("/nap")
async def nap():
    await asyncio.sleep(0.4)


@app.get("/block")
async def block():
    time.sleep(0.5)


@app.get("/thread")
def thread():
    time.sleep(0.3)
`

export const THREE_AT_ONCE = `# @at 0
GET /nap

###
# @at 0.1
GET /block

###
# @at 0.15
GET /thread
`

export const FIFTY_AT_ONCE = `# @times 50
GET /nap
`

# A caller's number is kept, everybody else gets a fresh one; it is in state, answer and log.
# mask uuid: [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}
import uuid

from fastapi import Depends, FastAPI, HTTPException, Request
from starlette.middleware.base import BaseHTTPMiddleware


class Tickets(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        ticket = request.headers.get("x-ticket") or str(uuid.uuid4())
        request.state.ticket = ticket
        print(ticket, "begins")
        response = await call_next(request)
        response.headers["X-Ticket"] = ticket
        print(ticket, "ends with", response.status_code)
        return response


app = FastAPI()
app.add_middleware(Tickets)


def ticket_of(request: Request) -> str:
    return request.state.ticket


@app.get("/")
async def show(request: Request, ticket: str = Depends(ticket_of)):
    return {"same": ticket == request.state.ticket, "ticket": ticket}


@app.get("/refused")
async def refused():
    raise HTTPException(418, "teapot")


@app.get("/broken")
async def broken():
    raise LookupError("lost")

from typing import Annotated

from fastapi import FastAPI, Security
from fastapi.security import (
    APIKeyCookie,
    APIKeyHeader,
    APIKeyQuery,
    HTTPAuthorizationCredentials,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
    SecurityScopes,
)

app = FastAPI()


@app.get("/bearer")
def bearer(given: Annotated[HTTPAuthorizationCredentials, Security(HTTPBearer())]):
    return given


@app.get("/basic")
def basic(given: Annotated[HTTPBasicCredentials, Security(HTTPBasic(realm="corpus"))]):
    return {"user": given.username, "length": len(given.password)}


@app.get("/keys")
def keys(
    header: Annotated[str | None, Security(APIKeyHeader(name="x-key", auto_error=False))],
    query: Annotated[str | None, Security(APIKeyQuery(name="key", auto_error=False))],
    cookie: Annotated[str, Security(APIKeyCookie(name="key"))],
):
    return [header, query, cookie]


def scopes(wanted: SecurityScopes):
    return wanted.scopes


@app.get("/scopes")
async def scoped(found: Annotated[list[str], Security(scopes, scopes=["read", "write"])]):
    return found

# The usual protective headers, left alone where a route has its own.
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

PROTECTION = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'self'",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}

app = FastAPI(docs_url="/guide")


@app.middleware("http")
async def protect(request: Request, call_next):
    response = await call_next(request)
    for name, value in PROTECTION.items():
        if name.startswith("Strict") and request.url.scheme != "https":
            continue
        response.headers.setdefault(name, value)
    return response


@app.get("/frame", response_class=HTMLResponse)
async def frame():
    return HTMLResponse("<p>frame</p>", headers={"x-frame-options": "SAMEORIGIN"})

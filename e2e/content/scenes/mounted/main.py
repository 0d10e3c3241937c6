# An app in an app in an app, in one more.
from fastapi import FastAPI, Request


def named(name: str, header: str) -> FastAPI:
    app = FastAPI(title=name)

    async def layer(request: Request, call_next):
        response = await call_next(request)
        response.headers[header] = "1"
        return response

    layer.__name__ = name
    app.middleware("http")(layer)

    @app.get("/users")
    async def list_users():
        return ["ann", "bo"]

    return app


app = named("timing", "x-process-time")
admin = named("admin_only", "x-admin")
reports = named("reports", "x-reports")
archive = named("archive", "x-archive")
reports.mount("/archive", archive)
admin.mount("/reports", reports)
app.mount("/admin", admin)

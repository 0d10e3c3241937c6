# Layers around one route, one router and one mount.
from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route


class Named:
    def __init__(self, app, name):
        self.app, self.name = app, name

    async def __call__(self, scope, receive, send):
        print("through", self.name)
        await self.app(scope, receive, send)


class Timed(APIRoute):
    def get_route_handler(self):
        handler = super().get_route_handler()

        async def timed(request: Request):
            print("route begins")
            response = await handler(request)
            response.headers["x-route"] = self.path
            return response

        return timed


async def plain(request):
    return PlainTextResponse("plain")


router = APIRouter(prefix="/timed", route_class=Timed)


@router.get("/{number}")
async def number(number: int):
    return number


app = FastAPI(
    routes=[
        Route("/one", plain, middleware=[Middleware(Named, name="one")]),
        Mount("/under", routes=[Route("/two", plain)], middleware=[Middleware(Named, name="under")]),
    ]
)
app.include_router(router)

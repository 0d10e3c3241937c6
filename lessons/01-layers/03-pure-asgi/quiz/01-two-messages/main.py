from fastapi import FastAPI

app = FastAPI()


class Postman:
    def __init__(self, app):
        self.app = app  # the next ring in

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def carry(message):
            print("carries", message["type"].rpartition(".")[2])
            await send(message)

        print("rings")
        await self.app(scope, receive, carry)
        print("leaves")


app.add_middleware(Postman)


@app.get("/house")
async def house():
    print("somebody answers")
    return "hello"

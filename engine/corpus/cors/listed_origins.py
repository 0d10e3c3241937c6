from fastapi import FastAPI, Response
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["https://front.example", "http://localhost:5173", "https://slash.example/"],
    allow_credentials=True,
    allow_methods=["GET", "PUT"],
    allow_headers=["Authorization", "X-Shop"],
    expose_headers=["X-Total", "X-Next"],
    max_age=1200,
)


@app.api_route("/wares", methods=["GET", "PUT", "POST"])
async def wares(response: Response):
    print("handler reached")
    response.headers["x-total"] = "2"
    return ["lamp", "rug"]

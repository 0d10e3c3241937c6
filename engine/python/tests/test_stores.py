"""Redis and the environment, as programs meet them."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from helper import run

REDIS = """
import redis.asyncio as aioredis, redis
store = aioredis.from_url("redis://localhost:6379/0", decode_responses=True)
"""


def changes(result: Any) -> list[tuple[Any, ...]]:
    return [
        (event["layer"], event["command"], one["key"], one["before"], one["after"], one["ttlMs"])
        for event in result.of("store")
        for one in event["changes"]
    ]


def test_a_rate_limiter_counts_in_redis_and_its_key_runs_out_on_the_virtual_clock():
    source = f"""{REDIS}
@app.middleware("http")
async def limit(request, call_next):
    count = await store.incr("hits")
    if count == 1:
        await store.expire("hits", 10)
    if count > 1:
        return JSONResponse({{"retry": await store.ttl("hits")}}, 429)
    return await call_next(request)
@app.get("/")
async def root(): return 1
"""
    wait = {"waitMs": 11_000}
    result = run(source, "/", "/", [wait, "/"])
    assert [one["response"]["status"] for one in result.exchanges] == [200, 429, 200]
    assert changes(result) == [
        ("limit", "INCRBY", "hits", None, "'1'", None),
        ("limit", "EXPIRE", "hits", "'1'", "'1'", 10_000),
        ("limit", "INCRBY", "hits", "'1'", "'2'", 10_000),
        (None, None, "hits", "'2'", None, None),
        ("limit", "INCRBY", "hits", None, "'1'", None),
        ("limit", "EXPIRE", "hits", "'1'", "'1'", 10_000),
    ]
    assert {event["server"] for event in result.of("store")} == {"localhost:6379/0"}
    assert run(source, "/", "/", [wait, "/"]).events == result.events


def test_all_ways_to_connect_to_an_address_lead_to_one_server():
    source = f"""{REDIS}
pool = redis.ConnectionPool.from_url("redis://127.0.0.1")
clients = [
    redis.Redis(), redis.Redis(host="localhost", port=6379), redis.from_url("redis://localhost"),
    redis.Redis(connection_pool=pool), redis.StrictRedis.from_url("redis://localhost:6379/0"),
]
waiting = [
    aioredis.Redis(), aioredis.Redis.from_url("redis://localhost"),
    aioredis.Redis(connection_pool=aioredis.ConnectionPool.from_url("redis://localhost")),
]
other = redis.Redis(port=6380)
@app.get("/")
async def root():
    clients[0].set("word", "tea")
    return [
        *[one.get("word") for one in clients], *[await one.get("word") for one in waiting],
        other.get("word"), redis.Redis(db=1).get("word"), redis.from_url("rediss://localhost:6379").get("word"),
    ]
"""
    assert run(source, "/").response()["body"] == "[" + '"tea",' * 8 + 'null,null,"tea"]'


@pytest.mark.filterwarnings("ignore:Call to deprecated setex")
def test_pipelines_setex_and_pub_sub_work_on_the_virtual_clock():
    source = f"""{REDIS}
@app.get("/")
async def root():
    async with store.pipeline(transaction=True) as pipe:
        made = await pipe.setex("a", 5, "1").lpush("l", "x", "y").hset("h", mapping={{"f": "v"}}).execute()
    await asyncio.sleep(6)
    return [made, await store.get("a"), await store.lrange("l", 0, -1), await store.hgetall("h")]
@app.get("/listen")
async def listen():
    pubsub = store.pubsub()
    await pubsub.subscribe("news")
    async def tell():
        await asyncio.sleep(1)
        await store.publish("news", "hello")
    telling = asyncio.create_task(tell())
    async for message in pubsub.listen():
        if message["type"] == "message":
            return [message["data"], time.time()]
@app.get("/pop")
async def pop():
    return [await store.blpop("nothing", timeout=3), time.time()]
"""
    result = run(source, "/", "/listen", "/pop")
    start = 1_830_297_600
    assert [one["response"]["body"] for one in result.exchanges] == [
        '[[true,2,1],null,["y","x"],{"f":"v"}]',
        f'["hello",{start + 7}.0]',
        f"[null,{start + 10}.0]",
    ]
    keys = [(one[1], one[2], one[4]) for one in changes(result)]
    assert keys == [("EXEC", "a", "'1'"), ("EXEC", "l", "['y', 'x']"), ("EXEC", "h", "{'f': 'v'}"), (None, "a", None)]


def test_a_read_and_a_write_that_are_two_commands_race():
    """As at a real server: between command and reply other requests go on."""
    source = f"""{REDIS}
@app.get("/")
async def root():
    count = int(await store.get("n") or 0)
    await store.set("n", count + 1)
    return count
"""
    result = run(source, ["/", "/", "/"])
    assert [one["response"]["body"] for one in result.exchanges] == ["0", "0", "0"]


def test_nothing_of_redis_is_left_for_the_next_session():
    source = f"{REDIS}\n@app.get('/')\nasync def root(): return await store.incr('n')"
    assert [run(source, "/").response()["body"] for _ in range(2)] == ["1", "1"]


def test_libraries_that_took_the_clock_before_the_session_have_the_virtual_one():
    source = """
import jwt
KEY = "k" * 32
@app.get("/")
async def root():
    token = jwt.encode({"exp": time.time() + 5}, KEY)
    first = jwt.decode(token, KEY, algorithms=["HS256"])
    await asyncio.sleep(6)
    try:
        return jwt.decode(token, KEY, algorithms=["HS256"])
    except jwt.ExpiredSignatureError as error:
        return str(error)
"""
    assert run(source, "/").response()["body"] == '"Signature has expired"'
    assert abs(time.time() - time.time_ns() / 1e9) < 1


SETTINGS = """
import os
from dotenv import load_dotenv
from pydantic_settings import BaseSettings, SettingsConfigDict
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_prefix="shop_", extra="ignore")
    name: str = "none"
    limit: int = 3
load_dotenv()
@app.get("/")
async def root(): return [Settings().model_dump(), os.environ.get("SHOP_NAME"), os.getenv("GREETING")]
"""


def test_the_environment_is_the_sessions_own_and_put_back():
    from helper import HEAD

    files = {"main.py": HEAD + SETTINGS, ".env": "SHOP_LIMIT=7\nGREETING=hello\n"}
    before = dict(os.environ)
    result = run(files, "/", env={"SHOP_NAME": "tea"})
    assert result.response()["body"] == '[{"name":"tea","limit":7},"tea","hello"]'
    assert dict(os.environ) == before
    assert run(files, "/").response()["body"] == '[{"name":"none","limit":7},null,"hello"]'

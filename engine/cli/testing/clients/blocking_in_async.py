"""A blocking call in a coroutine holds up every other one."""

import asyncio
import time

import httpx
import requests


async def ticks():
    for number in range(3):
        print("tick", number)
        await asyncio.sleep(0.1)


async def main():
    ticking = asyncio.create_task(ticks())
    await asyncio.sleep(0)
    print(requests.get("http://localhost:8000/slow/0.5").text)
    time.sleep(0.1)
    async with httpx.AsyncClient() as client:
        print((await client.get("http://localhost:8000/slow/0.5")).text)
    await ticking


asyncio.run(main())
started = time.time()
time.sleep(0.3)
print(0.3 <= time.time() - started < 2)

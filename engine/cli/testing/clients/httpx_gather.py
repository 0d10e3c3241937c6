"""httpx with asyncio: requests at the same time."""

import asyncio
import time

import httpx


async def main():
    started = time.perf_counter()
    async with httpx.AsyncClient(base_url="http://localhost:8000") as client:
        answers = await asyncio.gather(*(client.get(f"/slow/{number * 0.3:.1f}") for number in (3, 1, 2)))
        print([answer.json() for answer in answers], 0.9 <= time.perf_counter() - started < 1.8)
        async with client.stream("GET", "/stream") as response:
            async for line in response.aiter_lines():
                print(line)
        done, pending = await asyncio.wait(
            [asyncio.create_task(client.get("/slow/0.2")), asyncio.create_task(client.get("/slow/30"))], timeout=1.5
        )
        print(len(done), len(pending))
        for task in pending:
            task.cancel()
        try:
            async with asyncio.timeout(0.1):
                await client.get("/slow/5")
        except TimeoutError:
            print("too slow")
        results = await asyncio.gather(client.get("/slow/5", timeout=0.1), client.get("/"), return_exceptions=True)
        print([type(one).__name__ for one in results])
    return "done"


if __name__ == "__main__":
    print(asyncio.run(main()))
    print(asyncio.run(asyncio.sleep(0.01, "again")))

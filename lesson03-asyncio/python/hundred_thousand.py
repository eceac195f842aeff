"""100,000 sleeping tasks: how fast they start, and what each weighs.

    python3 hundred_thousand.py [--json]
"""

import asyncio
import gc
import time
import tracemalloc

import report

COUNT = 100_000


async def start(count):
    """Starts sleepers and lets each run until it sleeps. How long that took, and the tasks."""
    begin = time.perf_counter()
    tasks = [asyncio.ensure_future(asyncio.sleep(3600)) for _ in range(count)]
    await asyncio.sleep(0)
    seconds = time.perf_counter() - begin
    return seconds, tasks


async def stop(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def rate():
    seconds, tasks = await start(COUNT)
    await stop(tasks)
    return COUNT / seconds


async def weight():
    """As tracemalloc counts them: what was asked for, without the allocator's own rounding."""
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    _, tasks = await start(COUNT)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    await stop(tasks)
    return (after - before) / COUNT


def measure():
    return {"started_per_second": asyncio.run(rate()), "bytes_each": asyncio.run(weight())}


if __name__ == "__main__":
    report.main(__doc__, measure)

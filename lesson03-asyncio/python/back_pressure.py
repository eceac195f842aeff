"""2,000 jobs for a service that takes ten at once: all started together, or 20 at a time.

    python3 back_pressure.py [--json]
"""

import asyncio
import time
import tracemalloc

import report

JOBS = 2_000
CAPACITY = 10
BOUND = 20
WORK = 0.001


class Service:
    def __init__(self):
        self.places = asyncio.Semaphore(CAPACITY)
        self.latencies = []

    async def done(self, payload, made):
        async with self.places:
            await asyncio.sleep(WORK)
        self.latencies.append(time.perf_counter() - made)
        return len(payload)


async def all_at_once(service):
    # A comprehension makes every payload before the first one is worked on.
    await asyncio.gather(*[service.done(bytearray(1024), time.perf_counter()) for _ in range(JOBS)])


async def permit_first(service):
    permits = asyncio.Semaphore(BOUND)
    tasks = set()  # strong references: the loop has none

    def done(task):
        tasks.discard(task)
        permits.release()

    for _ in range(JOBS):
        await permits.acquire()
        task = asyncio.ensure_future(service.done(bytearray(1024), time.perf_counter()))
        tasks.add(task)
        task.add_done_callback(done)
    await asyncio.gather(*tasks)


async def experiment(way):
    service = Service()
    tracemalloc.start()
    start = time.perf_counter()
    await way(service)
    seconds = time.perf_counter() - start
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak, sorted(service.latencies)[len(service.latencies) * 99 // 100], seconds


def measure():
    figures = {}
    for name, way in [("gather", all_at_once), ("permit", permit_first)]:
        peak, p99, seconds = asyncio.run(experiment(way))
        figures.update({f"{name}_bytes": peak, f"{name}_p99_seconds": p99, f"{name}_seconds": seconds})
    return figures


if __name__ == "__main__":
    report.main(__doc__, measure)

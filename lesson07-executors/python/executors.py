"""What Python's executors do and cost: the counterpart of lesson 07.

    python3 executors.py [submit | order | timeout | cancellation | run-in-executor] [--runs 5] [--json]

`submit` measures; the others show what happens, and how long it takes.
"""

import argparse
import asyncio
import json
import platform
import statistics
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, TimeoutError, as_completed, wait

WORKERS = 2


def nothing():
    return 1


def one_by_one(pool, jobs=2_000):
    start = time.perf_counter()
    for _ in range(jobs):
        pool.submit(nothing).result()
    return jobs / (time.perf_counter() - start)


def batch(pool, jobs=5_000):
    start = time.perf_counter()
    futures = [pool.submit(nothing) for _ in range(jobs)]
    for future in futures:
        future.result()
    return jobs / (time.perf_counter() - start)


def queued_bytes(jobs=10_000):
    """What a queued job costs: 10,000 behind a worker that is busy."""
    import tracemalloc

    gate = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(gate.wait)
        tracemalloc.start()
        futures = [pool.submit(nothing) for _ in range(jobs)]
        used = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        gate.set()
        del futures
    return used / jobs


def submit(runs):
    with ThreadPoolExecutor(WORKERS) as pool:
        one_by_one(pool, 200)
        return {
            "one_by_one": statistics.median(one_by_one(pool) for _ in range(runs)),
            "batch": statistics.median(batch(pool) for _ in range(runs)),
            "queued_bytes": queued_bytes(),
        }


def sleeper(milliseconds):
    time.sleep(milliseconds / 1000)
    return milliseconds


def order(_):
    """Three jobs of 60, 20 and 40 ms: when the first result is in the caller's hands, three ways."""
    waits = [60, 20, 40]
    with ThreadPoolExecutor(len(waits)) as pool:
        start = time.perf_counter()
        next(pool.map(sleeper, waits))
        in_order = time.perf_counter() - start
    with ThreadPoolExecutor(len(waits)) as pool:
        start = time.perf_counter()
        next(as_completed([pool.submit(sleeper, each) for each in waits])).result()
        completed = time.perf_counter() - start
    with ThreadPoolExecutor(len(waits)) as pool:
        start = time.perf_counter()
        wait([pool.submit(sleeper, each) for each in waits], return_when=FIRST_COMPLETED)
        first = time.perf_counter() - start
    return {"map": in_order, "as_completed": completed, "first_completed": first}


def timeout(_):
    """result(timeout) gives up; the job does not."""
    ended = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        start = time.perf_counter()
        future = pool.submit(lambda: (time.sleep(0.1), ended.set()))
        try:
            future.result(timeout=0.02)
        except TimeoutError:
            pass
        gave_up = time.perf_counter() - start
        went_on = not ended.is_set()
    return {"gave_up": gave_up, "went_on": int(went_on), "ended": int(ended.is_set())}


def cancellation(_):
    """cancel() on a queued job and on a running one."""
    gate, begun = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(lambda: (begun.set(), gate.wait()))
        begun.wait()
        queued = pool.submit(nothing)
        figures = {"queued_cancelled": int(queued.cancel()), "running_cancelled": int(running.cancel())}
        gate.set()
    return figures


async def heartbeat(blocking, period=0.005, blocked=0.05):
    """The worst delay of a heartbeat while something blocks for `blocked` seconds."""
    worst, over = 0.0, False

    async def beat():
        nonlocal worst
        due = time.perf_counter() + period
        while not over:
            await asyncio.sleep(max(0, due - time.perf_counter()))
            worst = max(worst, time.perf_counter() - due)
            due = time.perf_counter() + period

    beating = asyncio.ensure_future(beat())
    await asyncio.sleep(4 * period)
    await blocking(blocked)
    over = True
    await beating
    return worst


def run_in_executor(_):
    async def inline(seconds):
        time.sleep(seconds)

    async def handed_over(seconds):
        await asyncio.get_running_loop().run_in_executor(None, time.sleep, seconds)

    return {"inline": asyncio.run(heartbeat(inline)), "run_in_executor": asyncio.run(heartbeat(handed_over))}


PARTS = {
    "submit": submit,
    "order": order,
    "timeout": timeout,
    "cancellation": cancellation,
    "run-in-executor": run_in_executor,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="?", choices=list(PARTS), help="all of them, if none is named")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    figures = {}
    for name, part in PARTS.items():
        if options.part in (None, name):
            figures.update(part(options.runs))
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print("CPython {}{}".format(platform.python_version(), "" if gil else " without the GIL"))
    for name, value in figures.items():
        print("  {:18} {:14,.4f}".format(name, value))


if __name__ == "__main__":
    main()

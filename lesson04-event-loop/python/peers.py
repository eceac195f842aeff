"""What asyncio does a second, and what a sleeping task takes; or, with --serve, an echo server for others to measure.

    python3 peers.py [--runs 5] [--json]
    python3 peers.py --serve            # prints its port, ends when its standard input does
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import time

TASKS = 20_000


async def nothing():
    pass


async def spawn():
    start = time.perf_counter()
    await asyncio.gather(*(asyncio.ensure_future(nothing()) for _ in range(TASKS)))
    return TASKS / (time.perf_counter() - start)


async def one_by_one():
    start = time.perf_counter()
    for task in [asyncio.ensure_future(nothing()) for _ in range(TASKS)]:
        await task
    return TASKS / (time.perf_counter() - start)


async def switch(tasks=1_000, times=50):
    async def switches():
        for _ in range(times):
            await asyncio.sleep(0)

    start = time.perf_counter()
    await asyncio.gather(*(switches() for _ in range(tasks)))
    return tasks * times / (time.perf_counter() - start)


async def timers():
    start = time.perf_counter()
    tasks = [asyncio.ensure_future(asyncio.sleep(0.001)) for _ in range(TASKS)]
    for task in tasks:
        await task
    return TASKS / (time.perf_counter() - start)


def memory():
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * 4096
    except OSError:
        return 0


async def sleeping(tasks=100_000):
    before = memory()
    sleepers = [asyncio.ensure_future(asyncio.sleep(3600)) for _ in range(tasks)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    size = (memory() - before) / tasks
    for sleeper in sleepers:
        sleeper.cancel()
    await asyncio.gather(*sleepers, return_exceptions=True)
    return size


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {0})
    if options.serve:
        asyncio.run(serve())
        return
    figures = {"bytes": asyncio.run(sleeping())}  # first: what others leave behind would be used again
    for name, measure in {"spawn": spawn, "one_by_one": one_by_one, "switch": switch, "timers": timers}.items():
        figures[name] = statistics.median(asyncio.run(measure()) for _ in range(options.runs))
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}{'' if gil else ' without the GIL'}, medians of {options.runs}")
    for name, value in figures.items():
        print(f"  {name:10} {value:12,.0f} {'B' if name == 'bytes' else '1/s'}")


if __name__ == "__main__":
    main()

"""An event loop of forty lines, of generators as CPython 3.4 had them, beside asyncio: what a switch of tasks costs.

    python3 versions.py [--runs 3] [--json]
"""

import argparse
import asyncio
import collections
import heapq
import itertools
import json
import platform
import statistics
import sys
import time

TASKS, SWITCHES = 1_000, 20


class Loop:
    """Versions 2 and 3 of the lesson: a ready queue and a heap. A task yields None to give way, or seconds to sleep."""

    def __init__(self):
        self.ready = collections.deque()
        self.timers = []
        self.numbers = itertools.count()

    def spawn(self, task):
        self.ready.append(task)

    def run(self):
        while self.ready or self.timers:
            if not self.ready:
                time.sleep(max(0.0, self.timers[0][0] - time.monotonic()))
            now = time.monotonic()
            while self.timers and self.timers[0][0] <= now:
                self.ready.append(heapq.heappop(self.timers)[2])
            for _ in range(len(self.ready)):
                task = self.ready.popleft()
                try:
                    pause = next(task)
                except StopIteration:
                    continue
                if pause is None:
                    self.ready.append(task)
                else:
                    heapq.heappush(self.timers, (now + pause, next(self.numbers), task))


def own_switch():
    def switches():
        for _ in range(SWITCHES):
            yield

    loop = Loop()
    for _ in range(TASKS):
        loop.spawn(switches())
    start = time.perf_counter()
    loop.run()
    return (time.perf_counter() - start) / (TASKS * SWITCHES)


def asyncio_switch():
    async def switches():
        for _ in range(SWITCHES):
            await asyncio.sleep(0)

    async def main():
        start = time.perf_counter()
        await asyncio.gather(*(switches() for _ in range(TASKS)))
        return (time.perf_counter() - start) / (TASKS * SWITCHES)

    return asyncio.run(main())


def naps():
    order = []

    def nap(seconds):
        yield seconds
        order.append(seconds)

    loop = Loop()
    for seconds in (0.009, 0.003, 0.006):
        loop.spawn(nap(seconds))
    loop.run()
    return order


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    figures = {
        "own_switch": statistics.median(own_switch() for _ in range(options.runs)),
        "asyncio_switch": statistics.median(asyncio_switch() for _ in range(options.runs)),
        "in_order": float(naps() == [0.003, 0.006, 0.009]),
    }
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}{'' if gil else ' without the GIL'}")
    print(f"  a switch in a loop of 40 lines  {figures['own_switch'] * 1e9:.0f} ns")
    print(f"  a switch in asyncio             {figures['asyncio_switch'] * 1e9:.0f} ns")
    print(f"  three naps in order             {bool(figures['in_order'])}")


if __name__ == "__main__":
    main()

"""What asyncio's tasks cost: one measurement, in a process of its own.

    python3 peers.py start|join|switch|late COUNT [--json]

`start` prints tasks a second and resident bytes each; the others print one figure.
"""

import argparse
import asyncio
import gc
import json
import os
import platform
import sys
import time

SWITCHERS = 1_000


def resident():
    """Bytes of this process in memory now; elsewhere than on Linux the most there were, which only grows as well."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


async def start(count):
    before, begin = resident(), time.perf_counter()
    tasks = [asyncio.ensure_future(asyncio.sleep(3600)) for _ in range(count)]
    await asyncio.sleep(0)
    seconds = time.perf_counter() - begin
    return {"per_second": count / seconds, "bytes_each": (resident() - before) / len(tasks)}


async def nothing():
    pass


async def join(count):
    begin = time.perf_counter()
    await asyncio.gather(*(asyncio.ensure_future(nothing()) for _ in range(count)))
    return {"per_second": count / (time.perf_counter() - begin)}


async def switch(count):
    """So many turns in all, by a thousand tasks in turn."""

    async def turns():
        for _ in range(count // SWITCHERS):
            await asyncio.sleep(0)

    begin = time.perf_counter()
    await asyncio.gather(*(turns() for _ in range(SWITCHERS)))
    return {"per_second": count / (time.perf_counter() - begin)}


async def late(count):
    """How long so many sleeps of a second take beyond the second."""
    begin = time.perf_counter()
    await asyncio.gather(*(asyncio.sleep(1) for _ in range(count)))
    return {"seconds": time.perf_counter() - begin - 1}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["start", "join", "switch", "late"], nargs="?", default="start")
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    parser.add_argument("--runs", type=int, help="accepted, and without effect here")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    gc.freeze()  # what is there already need not be looked at with every collection
    figures = asyncio.new_event_loop().run_until_complete(
        {"start": start, "join": join, "switch": switch, "late": late}[options.what](options.count)
    )
    if options.json:
        gil = getattr(sys, "_is_gil_enabled", lambda: True)()
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
    else:
        print(f"CPython {platform.python_version()}: {figures}")
    sys.stdout.flush()
    os._exit(0)  # a million sleepers need not be ended one by one


if __name__ == "__main__":
    main()

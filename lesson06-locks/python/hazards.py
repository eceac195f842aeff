"""What hangs, and what happens twice, in CPython as well: made to happen by a barrier.

    python3 hazards.py [--only deadlock] [--json]

The GIL prevents neither. `acquire(timeout=...)` is how a thread finds out that it has waited for too long; it cannot tell why.
"""

import argparse
import functools
import json
import platform
import sys
import threading


def run_two(work):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def deadlock():
    """How many of two threads, each with its first lock, do not get their second: in opposite order, in one order."""
    stuck = {"opposite": 0, "one_order": 0}
    locks = threading.Lock(), threading.Lock()
    both = threading.Barrier(2)

    def opposite(number):
        first, second = locks[number], locks[1 - number]
        with first:
            both.wait()  # each has its first lock
            got_it = second.acquire(timeout=0.2)
            both.wait()  # nobody gives up what the other waits for before both have given up
            stuck["opposite"] += not got_it

    def one_order(_):
        with locks[0]:
            if locks[1].acquire(timeout=20):
                locks[1].release()
            else:
                stuck["one_order"] += 1

    run_two(opposite)
    run_two(one_order)
    return {"deadlock_" + name: count for name, count in stuck.items()}


def once():
    """How often `functools.cache` calls a function that two threads ask for at the same time."""
    calls = []
    both = threading.Barrier(2)

    @functools.cache
    def make():
        calls.append(None)
        try:
            both.wait(timeout=5)  # the other one is in here as well, or will not come
        except threading.BrokenBarrierError:
            pass

    run_two(lambda _: make())
    return {"once_cache_calls": len(calls)}


MEASUREMENTS = {"deadlock": deadlock, "once": once}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1, help="it is the same each time")
    parser.add_argument("--only", default="", help="the hazards whose names begin so")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    figures = {}
    for name, measure in MEASUREMENTS.items():
        if name.startswith(options.only):
            figures |= measure()
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}{'' if gil else ' without the GIL'}")
    for name, value in figures.items():
        print(f"  {name:18} {value}")


if __name__ == "__main__":
    main()

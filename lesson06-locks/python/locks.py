"""What Python's locks cost: operations or hand-overs a second, medians of short bursts.

    python3 locks.py [--runs 5] [--only lock] [--json]

Two threads under the GIL do not run at once; they hand over. That is why `Event` is quick here and `Lock` has no contention.
"""

import argparse
import json
import platform
import statistics
import sys
import threading
import time
from queue import Queue


def alone(primitive, times=100_000):
    start = time.perf_counter()
    for _ in range(times):
        with primitive:
            pass
    return times / (time.perf_counter() - start)


def both(work, times):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times / (time.perf_counter() - start)


def contended(primitive, times=50_000):
    def work(_):
        for _ in range(times):
            with primitive:
                pass

    return both(work, 2 * times)


def condition(turns=2_000):
    changed, turn = threading.Condition(), [0]

    def work(me):
        for _ in range(turns):
            with changed:
                changed.wait_for(lambda: turn[0] % 2 == me)
                turn[0] += 1
                changed.notify()

    return both(work, 2 * turns)


def event(turns=5_000):
    events = [threading.Event(), threading.Event()]

    def work(me):
        for _ in range(turns):
            if me == 0:
                events[1].set()
            events[me].wait()
            events[me].clear()
            if me == 1:
                events[0].set()

    return both(work, 2 * turns)


def barrier(threads, rounds=1_000):
    meeting = threading.Barrier(threads)

    def work():
        for _ in range(rounds):
            meeting.wait()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return rounds / (time.perf_counter() - start)


def queue(items=20_000):
    places = Queue(100)

    def work(me):
        for item in range(items):
            if me == 0:
                places.put(item)
            else:
                places.get()

    return both(work, items)


MEASUREMENTS = {
    "lock_1": lambda: alone(threading.Lock()),
    "lock_2": lambda: contended(threading.Lock()),
    "rlock_1": lambda: alone(threading.RLock()),
    "rlock_2": lambda: contended(threading.RLock()),
    "semaphore_1": lambda: alone(threading.Semaphore(1)),
    "semaphore_2": lambda: contended(threading.Semaphore(1), 20_000),
    "condition": condition,
    "event": event,
    "barrier_2": lambda: barrier(2),
    "barrier_8": lambda: barrier(8, 200),
    "queue": queue,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", default="", help="the measurements whose names begin so")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    figures = {
        name: statistics.median(measure() for _ in range(options.runs))
        for name, measure in MEASUREMENTS.items()
        if name.startswith(options.only)
    }
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}{'' if gil else ' without the GIL'}, medians of {options.runs}")
    for name, value in figures.items():
        print(f"  {name:12} {value:12,.0f} 1/s")


if __name__ == "__main__":
    main()

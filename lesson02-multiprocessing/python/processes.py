"""What processes cost in Python: rates, and seconds where the name says so; medians.

    python3 processes.py [--runs 3] [--only map] [--json]

Runs on CPython 3.9 to 3.14, free-threaded builds included, with nothing installed. The pools use the start method that is the
default of this Python and system: fork until 3.13, forkserver from 3.14 on Linux; spawn elsewhere.
"""

import argparse
import json
import multiprocessing
import platform
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

WORKERS = 2
MIB = 1 << 20


def square(number):
    return number * number


def echo(data):
    return data


def length(data):
    return len(data)


def nothing():
    pass


def compute(rounds):
    state = 1
    for _ in range(rounds):
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
    return state


def start(method):
    """Seconds to start a process and wait for its end."""
    if method not in multiprocessing.get_all_start_methods():
        return None
    context = multiprocessing.get_context(method)
    times = 3 if method == "spawn" else 20
    begin = time.perf_counter()
    for _ in range(times):
        process = context.Process(target=nothing)
        process.start()
        process.join()
    return (time.perf_counter() - begin) / times


def started_pool():
    """Seconds from nothing to the first eight results."""
    begin = time.perf_counter()
    with ProcessPoolExecutor(WORKERS) as executor:
        results = [executor.submit(square, number) for number in range(8)]
        assert [result.result() for result in results] == [number * number for number in range(8)]
        return time.perf_counter() - begin


def one_by_one(times=2_000):
    with ProcessPoolExecutor(WORKERS) as executor:
        list(executor.map(square, range(100)))
        begin = time.perf_counter()
        for number in range(times):
            executor.submit(square, number).result()
        return times / (time.perf_counter() - begin)


def map_executor(chunk, numbers):
    with ProcessPoolExecutor(WORKERS) as executor:
        list(executor.map(square, range(100)))
        begin = time.perf_counter()
        for _ in executor.map(square, range(numbers), chunksize=chunk):
            pass
        return numbers / (time.perf_counter() - begin)


def map_pool(chunk, numbers):
    with multiprocessing.Pool(WORKERS) as pool:
        pool.map(square, range(100))
        begin = time.perf_counter()
        pool.map(square, range(numbers), chunksize=chunk)
        return numbers / (time.perf_counter() - begin)


def transfer(size, function, ways):
    """Bytes a second; `ways` says how often they travel."""
    data = b"x" * size
    with ProcessPoolExecutor(1) as executor:
        executor.submit(function, data).result()
        begin = time.perf_counter()
        executor.submit(function, data).result()
        return ways * size / (time.perf_counter() - begin)


def speedup(executor_type):
    """Two workers against one thread alone."""
    rounds, jobs = 20_000, 16
    with executor_type(WORKERS) as executor:
        list(executor.map(compute, [1] * WORKERS))
        begin = time.perf_counter()
        for _ in range(jobs):
            compute(rounds)
        alone = time.perf_counter() - begin
        begin = time.perf_counter()
        list(executor.map(compute, [rounds] * jobs))
        return alone / (time.perf_counter() - begin)


MEASUREMENTS = {
    "start_fork": lambda: start("fork"),
    "start_spawn": lambda: start("spawn"),
    "started_pool": started_pool,
    "one_by_one": one_by_one,
    "map_executor_1": lambda: map_executor(1, 3_000),
    "map_pool_1": lambda: map_pool(1, 10_000),
    "map_executor_100": lambda: map_executor(100, 200_000),
    "map_pool_100": lambda: map_pool(100, 500_000),
    "bytes_16m": lambda: transfer(16 * MIB, length, 1),
    "both_100m": lambda: transfer(100 * MIB, echo, 2),
    "compute_threads": lambda: speedup(ThreadPoolExecutor),
    "compute_processes": lambda: speedup(ProcessPoolExecutor),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="the measurements whose names begin so")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    figures = {}
    for name, measure in MEASUREMENTS.items():
        if name.startswith(options.only):
            measured = [measure() for _ in range(options.runs)]
            figures[name] = None if None in measured else statistics.median(measured)
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}{'' if gil else ' without the GIL'}, medians of {options.runs}")
    for name, value in figures.items():
        print(f"  {name:18}", "not here" if value is None else f"{value:16,.4f}" if value < 10 else f"{value:16,.0f}")


if __name__ == "__main__":
    main()

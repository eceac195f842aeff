"""Two threads that load, add and store.

    python3 lost_update.py [--runs 5] [--json]

With a GIL, CPython 3.10 and later look for a switch only at backward jumps and calls. Between the load and the store of
`counter += 1` there is neither, so that line loses nothing, by accident; with a call in the gap it loses. A free-threaded
build loses either way.
"""

import argparse
import json
import platform
import sys
import threading

INCREMENTS = 100_000
counter = 0


def plain():
    global counter
    for _ in range(INCREMENTS):
        counter += 1


def identity(value):
    return value


def with_a_call():
    global counter
    for _ in range(INCREMENTS):
        value = counter
        value = identity(value)
        counter = value + 1


def total(work):
    global counter
    counter = 0
    both = threading.Barrier(2)

    def start():
        both.wait()
        work()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counter


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    runs = min(options.runs, 100)
    # A short interval: more switches, so that fewer runs are needed to meet a bad one.
    sys.setswitchinterval(1e-5)
    figures = {"runs": runs}
    for name, work in [("plain", plain), ("call", with_a_call)]:
        totals = [total(work) for _ in range(runs)]
        figures[f"{name}_lost"] = sum(each != 2 * INCREMENTS for each in totals) / runs
        figures[f"{name}_least"] = min(totals)
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}{'' if gil else ' without the GIL'}, {runs} runs, {2 * INCREMENTS:,} expected")
    for name, statement in [("plain", "counter += 1"), ("call", "value = identity(counter); counter = value + 1")]:
        print(f"  {statement:48} lost in {figures[name + '_lost']:.0%} of the runs, least {figures[name + '_least']:,}")


if __name__ == "__main__":
    main()

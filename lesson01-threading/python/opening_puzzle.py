"""The opening puzzle on your own Python: two threads, one counter.

    python3 opening_puzzle.py [--runs 10] [--json]

CPython 3.10 and later never lose an update of `counter += 1`: the interpreter looks for a switch only at backward jumps
and calls, and there is none between the load and the store. Put a call there, and it loses. A free-threaded build
loses either way.
"""

import argparse
import json
import platform
import sys
import threading

INCREMENTS = 1_000_000
counter = 0


def plain():
    global counter
    for _ in range(INCREMENTS):
        counter += 1


def with_a_call():
    global counter
    for _ in range(INCREMENTS):
        counter = int(counter) + 1


def total(work):
    global counter
    counter = 0
    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counter


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    figures = {"runs": options.runs}
    for name, work in [("plain", plain), ("call", with_a_call)]:
        totals = [total(work) for _ in range(options.runs)]
        figures[f"{name}_lost"] = sum(each != 2 * INCREMENTS for each in totals)
        figures[f"{name}_least"] = min(totals)
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}{'' if gil else ' without the GIL'}, {options.runs} runs, 2,000,000 expected")
    for name, statement in [("plain", "counter += 1"), ("call", "counter = int(counter) + 1")]:
        print(f"  {statement:28} lost in {figures[name + '_lost']} runs, least total {figures[name + '_least']:,}")


if __name__ == "__main__":
    main()

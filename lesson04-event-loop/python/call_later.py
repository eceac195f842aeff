"""A thousand timers: how late they are, and what a chain of them adds up to.

    python3 call_later.py [--json]
"""

import argparse
import asyncio
import json
import platform
import sys

TIMERS, DEADLINES, LINKS, LINK = 1_000, 50, 10, 0.005


async def thousand():
    loop = asyncio.get_running_loop()
    late, all_fired = [], loop.create_future()
    start = loop.time()

    def fire(when):
        late.append(loop.time() - when)
        if len(late) == TIMERS:
            all_fired.set_result(None)

    for number in range(TIMERS):
        when = start + (1 + number * 7 % DEADLINES) / 1000
        loop.call_at(when, fire, when)
    await all_fired
    return sorted(late)


async def chain():
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def link(left):
        if left == 0:
            done.set_result(None)
        else:
            loop.call_later(LINK, link, left - 1)

    start = loop.time()
    link(LINKS)
    await done
    return loop.time() - start - LINKS * LINK


def measure():
    late = asyncio.run(thousand())
    return {
        "late_median": late[len(late) // 2],
        "late_p99": late[len(late) * 99 // 100 - 1],
        "earliest": late[0],
        "chain": asyncio.run(chain()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, help="accepted, and without effect here")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    figures = measure()
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}{'' if gil else ' without the GIL'}")
    for name, value in figures.items():
        print(f"  {name:14} {value:g}")


if __name__ == "__main__":
    main()

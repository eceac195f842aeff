"""A thousand timers: how late they are, and what a chain of them adds up to.

    python3 call_later.py [--json]
"""

import asyncio

import report

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


if __name__ == "__main__":
    report.main(__doc__, measure)

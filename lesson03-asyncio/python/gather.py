"""Three waits in sequence and together; and what becomes of the others when one fails.

    python3 gather.py [--json]
"""

import asyncio
import time

import report

WAITS = [0.06, 0.04, 0.02]
FAILS = 1


async def visit(number, finished, fails):
    await asyncio.sleep(WAITS[number])
    finished.append(number)
    if fails and number == FAILS:
        raise ValueError(f"visit {number} failed")


async def in_sequence():
    for number in range(3):
        await visit(number, [], False)


async def gathered(finished, fails):
    await asyncio.gather(*(visit(number, finished, fails) for number in range(3)))


async def grouped(finished, fails):
    async with asyncio.TaskGroup() as group:  # from 3.11 on
        for number in range(3):
            group.create_task(visit(number, finished, fails))


async def timed(awaitable):
    start = time.perf_counter()
    try:
        await awaitable
    except Exception:  # the failure, or the group of failures, that is looked at
        pass
    return time.perf_counter() - start


async def experiment():
    figures = {"sequence_seconds": await timed(in_sequence())}
    figures["gather_all_seconds"] = await timed(gathered([], False))
    ways = {"gather": gathered}
    if hasattr(asyncio, "TaskGroup"):
        ways["task_group"] = grouped
    for name, way in ways.items():
        finished = []
        figures[f"{name}_seconds"] = await timed(way(finished, True))
        await asyncio.sleep(2 * WAITS[0])  # whoever goes on has time to finish
        figures[f"{name}_finished"] = len(finished)
    return figures


def measure():
    return asyncio.run(experiment())


if __name__ == "__main__":
    report.main(__doc__, measure)

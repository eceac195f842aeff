"""What a task does while nobody runs its loop, and what is refused.

    python3 run_until_complete.py [--json]
"""

import asyncio

import report

STEPS = 4


async def give_way():
    await asyncio.sleep(0)


def steps():
    loop = asyncio.new_event_loop()
    done = [0]

    async def background():
        for _ in range(STEPS):
            done[0] += 1
            await asyncio.sleep(0)
        await loop.create_future()

    task = loop.create_task(background())
    counts = []
    for _ in range(2):
        loop.run_until_complete(give_way())
        counts.append(done[0])
    task.cancel()  # or CPython complains that a pending task was destroyed
    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
    loop.close()
    return counts + [done[0]]


def refused(work):
    coroutine = give_way()
    try:
        work(coroutine)
    except RuntimeError:
        return 1
    finally:
        coroutine.close()
    return 0


def refusals():
    loop = asyncio.new_event_loop()
    other = asyncio.new_event_loop()

    async def inside():
        return refused(loop.run_until_complete) + refused(other.run_until_complete)

    async def stop():
        asyncio.get_running_loop().stop()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    count = loop.run_until_complete(inside())
    count += refused(lambda _: loop.run_until_complete(stop()))
    loop.run_until_complete(asyncio.sleep(0.001))  # the stopped task ends
    loop.close()
    other.close()
    return count + refused(loop.run_until_complete)


def measure():
    main, again, close = steps()
    return {"main": main, "again": again, "close": close, "refused": refusals()}


if __name__ == "__main__":
    report.main(__doc__, measure)

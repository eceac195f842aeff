"""Where a cancellation falls, who survives it, and what it leaves behind.

    python3 cancellation.py [--json]
"""

import asyncio

import report

async def transfer(accounts):
    accounts[0] -= 100
    await asyncio.sleep(0)
    accounts[1] += 100
    await asyncio.sleep(0)


async def cut_after(turns, shielded):
    """Cancels a transfer after so many turns of the loop; what the accounts add up to then."""
    accounts = [0, 0]
    inner = asyncio.ensure_future(transfer(accounts))
    waits = asyncio.shield(inner) if shielded else inner
    for _ in range(turns):
        await asyncio.sleep(0)
    waits.cancel()
    try:
        await waits
    except asyncio.CancelledError:
        pass
    for _ in range(5):
        await asyncio.sleep(0)
    return sum(accounts)


async def survives():
    """A task may catch its cancellation, and go on."""

    async def stubborn():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            return "still here"

    task = asyncio.ensure_future(stubborn())
    await asyncio.sleep(0)
    task.cancel()
    return await task == "still here" and not task.cancelled()


async def awaits_in_finally():
    heard = []

    async def session():
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)
            heard.append("goodbye")

    task = asyncio.ensure_future(session())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    return heard == ["goodbye"]


async def experiment():
    plain = [await cut_after(turns, False) for turns in range(4)]
    shielded = [await cut_after(turns, True) for turns in range(4)]
    return {
        "lossy_cuts": sum(total != 0 for total in plain),
        "lossy_cuts_shielded": sum(total != 0 for total in shielded),
        "survived_a_cancel": int(await survives()),
        "awaited_in_finally": int(await awaits_in_finally()),
    }


def measure():
    return asyncio.run(experiment())


if __name__ == "__main__":
    report.main(__doc__, measure)

"""One callback sleeps 50 ms: how late everybody else is, and whom debug mode blames.

    python3 blocked.py [--json]
"""

import asyncio
import logging
import time

import report

TASKS, TICK, TICKS, BLOCKED = 100, 0.002, 20, 0.05


def culprit():
    time.sleep(BLOCKED)


async def tick(number, with_culprit, lags):
    loop = asyncio.get_running_loop()
    for count in range(TICKS):
        due = loop.time() + TICK
        if with_culprit and (number, count) == (0, 5):
            loop.call_soon(culprit)
        await asyncio.sleep(TICK)
        lags.append(loop.time() - due)


async def ticks(with_culprit):
    asyncio.get_running_loop().slow_callback_duration = BLOCKED
    lags = []
    await asyncio.gather(*(tick(number, with_culprit, lags) for number in range(TASKS)))
    return lags


class Blamed(logging.Handler):
    named = 0

    def emit(self, record):
        self.named += "culprit" in record.getMessage()


def measure():
    blamed = Blamed()
    logger = logging.getLogger("asyncio")
    logger.addHandler(blamed)
    logger.propagate = False
    free = asyncio.run(ticks(False))
    blocked = asyncio.run(ticks(True), debug=True)
    late = sum(lag >= BLOCKED - TICK for lag in blocked)
    return {"free": max(free), "blocked": max(blocked), "late": late, "named": blamed.named}


if __name__ == "__main__":
    report.main(__doc__, measure)

"""A heart that beats every 5 ms, beside a call that blocks; and the debug mode that names it.

    python3 blocking_the_loop.py [--json]
"""

import asyncio
import logging
import time

import report

BEAT = 0.005
BLOCK = 0.05


async def heart(beats):
    latest, start = 0.0, time.perf_counter()
    for beat in range(1, beats + 1):
        due = start + beat * BEAT
        await asyncio.sleep(max(0, due - time.perf_counter()))
        latest = max(latest, time.perf_counter() - due)
    return latest


async def blocking():
    await asyncio.sleep(BLOCK / 2)
    time.sleep(BLOCK)


async def on_a_thread():
    await asyncio.sleep(BLOCK / 2)
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, BLOCK)


async def nobody():
    pass


async def beside(neighbour):
    latest, _ = await asyncio.gather(heart(24), neighbour())
    return latest


class Complaints(logging.Handler):
    def __init__(self):
        super().__init__()
        self.slow = 0

    def emit(self, record):
        self.slow += "took" in record.getMessage()


async def in_debug_mode():
    loop = asyncio.get_running_loop()
    loop.slow_callback_duration = BLOCK / 2  # seconds; 0.1 unless told
    await beside(blocking)


def measure():
    figures = {
        "nobody_late_seconds": asyncio.run(beside(nobody)),
        "blocking_late_seconds": asyncio.run(beside(blocking)),
        "to_thread_late_seconds": asyncio.run(beside(on_a_thread)),
    }
    complaints = Complaints()
    logger = logging.getLogger("asyncio")
    logger.addHandler(complaints)
    logger.propagate = False
    asyncio.run(in_debug_mode(), debug=True)
    figures["slow_callbacks"] = complaints.slow
    return figures


if __name__ == "__main__":
    report.main(__doc__, measure)

"""A function that waits for the loop's heart to beat: in a task, and in the executor.

    python3 run_in_executor.py [--json]
"""

import asyncio
import queue
import threading
import time

import report

BEAT, BEATS, PATIENCE, JOBS = 0.002, 5, 0.05, 100


async def heart(beats):
    while True:
        beats.put(None)
        await asyncio.sleep(BEAT)


def listen(beats, patience):
    while not beats.empty():
        beats.get()
    until, heard = time.monotonic() + patience, 0
    while heard < BEATS:
        try:
            beats.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            break
        heard += 1
    return heard


async def both():
    loop, beats = asyncio.get_running_loop(), queue.Queue()
    task = loop.create_task(heart(beats))
    await asyncio.sleep(2 * BEAT)
    in_task = listen(beats, PATIENCE)
    in_executor = await loop.run_in_executor(None, listen, beats, 10)
    task.cancel()
    await asyncio.gather(*(loop.run_in_executor(None, time.sleep, 0.001) for _ in range(JOBS)))
    threads = threading.active_count() - 1
    return {"in_task": in_task, "in_executor": in_executor, "threads": threads}


def measure():
    return asyncio.run(both())


if __name__ == "__main__":
    report.main(__doc__, measure)

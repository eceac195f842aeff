"""A coroutine driven by hand: what `send` does, and what an `await` costs.

    python3 coroutine.py [--json]
"""

import sys
import time
import warnings

import report

TIMES = 100_000


class Turn:
    """Not ready at the first `send`, ready at the second: `asyncio.sleep(0)`."""

    def __await__(self):
        yield


async def compute(first):
    second = first + 1
    await Turn()
    third = second * 2
    await Turn()
    return second + third


def sends_to_the_end(coroutine):
    sends = 0
    while True:
        sends += 1
        try:
            coroutine.send(None)
        except StopIteration as result:
            assert result.value == 63
            return sends


async def ready(number):
    return number


async def many():
    for number in range(TIMES):
        await ready(number)


def await_seconds():
    coroutine = many()
    start = time.perf_counter()
    try:
        coroutine.send(None)
    except StopIteration:
        return (time.perf_counter() - start) / TIMES
    raise AssertionError("nothing in it waits")


def never_awaited():
    """A coroutine that is dropped unawaited: nothing ran, and Python says so."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        compute(1)
    return sum("never awaited" in str(warning.message) for warning in caught)


def measure():
    coroutine = compute(20)
    size = sys.getsizeof(coroutine)
    return {
        "sends": sends_to_the_end(coroutine),
        "coroutine_bytes": size,
        "await_seconds": sorted(await_seconds() for _ in range(5))[2],
        "never_awaited_warnings": never_awaited(),
    }


if __name__ == "__main__":
    report.main(__doc__, measure)

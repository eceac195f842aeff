"""Tasks that nobody holds, errors that nobody awaits, and context variables.

    python3 create_task.py [--json]
"""

import asyncio
import contextvars
import gc

import report

NAME = contextvars.ContextVar("NAME", default=None)


async def forgotten():
    """Waits for what only it knows of. The loop holds tasks weakly, so nothing keeps this one alive."""
    await asyncio.get_running_loop().create_future()


async def fails():
    raise ValueError("on purpose")


async def child():
    return NAME.get()


async def experiment():
    complaints = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context["message"]))
    gc.disable()  # or a collection comes when it likes
    for _ in range(10):
        asyncio.create_task(forgotten())
    asyncio.create_task(fails())
    await asyncio.sleep(0.01)
    gc.enable()
    gc.collect()
    await asyncio.sleep(0.01)
    NAME.set("parent")
    return {
        "vanished": sum("destroyed" in complaint for complaint in complaints),
        "never_retrieved": sum("never retrieved" in complaint for complaint in complaints),
        "inherited": int(await asyncio.create_task(child()) == "parent"),
    }


def measure():
    return asyncio.run(experiment())


if __name__ == "__main__":
    report.main(__doc__, measure)

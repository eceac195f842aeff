"""What a Starlette background task is: an await after the response, on the same loop. And what becomes of tasks that
nobody waits for when the loop ends.

    python3 background_tasks.py [--json]
"""

import argparse
import asyncio
import json
import platform
import sys


async def order(done):
    await asyncio.sleep(0.01)
    done.append("order")


def left_behind():
    """The program ends while tasks run: asyncio.run cancels them."""
    done = []

    async def handler():
        tasks = [asyncio.ensure_future(order(done)) for _ in range(4)]
        await asyncio.sleep(0)
        return tasks

    asyncio.run(handler())
    return len(done)


def waited_for():
    """A lifespan that waits for them, with a limit."""
    done = []

    async def handler():
        tasks = {asyncio.ensure_future(order(done)) for _ in range(4)}
        await asyncio.wait(tasks, timeout=60)

    asyncio.run(handler())
    return len(done)


def fails():
    """A task that fails: the loop is told when the task is thrown away, and nobody else."""
    told = []

    async def handler():
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context["message"]))

        async def refused():
            raise ValueError("no such address")

        task = asyncio.ensure_future(refused())
        await asyncio.sleep(0.01)
        del task
        import gc

        gc.collect()

    asyncio.run(handler())
    return len(told)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, help="accepted, and without effect here")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    figures = {"left_behind_done": left_behind(), "waited_for_done": waited_for(), "failures_told": fails()}
    if options.json:
        gil = getattr(sys, "_is_gil_enabled", lambda: True)()
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}")
    for name, value in figures.items():
        print(f"  {name:20} {value}")


if __name__ == "__main__":
    main()

"""Where there is a running loop, and where not.

    python3 get_event_loop.py [--json]
"""

import asyncio
import threading

import report


def is_there():
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return 0
    return 1


async def inside():
    loop = asyncio.get_running_loop()
    answers = [is_there()]
    called = loop.create_future()
    loop.call_soon(lambda: called.set_result(is_there()))
    answers.append(await called)
    answers.append(await loop.run_in_executor(None, is_there))
    thread = threading.Thread(target=lambda: answers.append(is_there()))
    thread.start()
    thread.join()
    return answers


def measure():
    answers = [is_there()] + asyncio.run(inside()) + [is_there()]
    return {"places": len(answers), "inside": sum(answers)}


if __name__ == "__main__":
    report.main(__doc__, measure)

"""Where there is a running loop, and where not.

    python3 get_event_loop.py [--json]
"""

import argparse
import asyncio
import json
import platform
import sys
import threading


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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, help="accepted, and without effect here")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    figures = measure()
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}{'' if gil else ' without the GIL'}")
    for name, value in figures.items():
        print(f"  {name:14} {value:g}")


if __name__ == "__main__":
    main()

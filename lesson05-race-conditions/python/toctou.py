"""Two threads that want to be the one that makes a file.

    python3 toctou.py [--runs 300] [--json]

`os.path.exists` and `open` release the GIL while they ask the system, so the other thread comes in between them with a GIL
as well as without. `open(path, "x")` asks and makes in one step.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import threading
import time


def exists_then_create(path):
    if os.path.exists(path):
        return False
    time.sleep(0)
    open(path, "w").close()
    return True


def create_new(path):
    try:
        open(path, "x").close()
    except FileExistsError:
        return False
    return True


def made_twice(make, files):
    """The share of the files that both threads believe to have made."""
    both = threading.Barrier(2)
    made = [[], []]
    with tempfile.TemporaryDirectory() as folder:

        def work(results):
            for number in range(files):
                both.wait()
                results.append(make(os.path.join(folder, str(number))))

        threads = [threading.Thread(target=work, args=(results,)) for results in made]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return sum(first and second for first, second in zip(*made)) / files


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    runs = min(options.runs, 5_000)
    figures = {"runs": runs, "exists_twice": made_twice(exists_then_create, runs), "x_twice": made_twice(create_new, runs)}
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}{'' if gil else ' without the GIL'}, {runs} files")
    print(f"  exists, then open    {figures['exists_twice']:.1%} made twice")
    print(f"  open(path, \"x\")      {figures['x_twice']:.1%} made twice")


if __name__ == "__main__":
    main()

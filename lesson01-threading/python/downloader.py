"""Downloads a list of addresses with 1, 4, 16 and 64 threads.

    python3 downloader.py ADDRESSES.txt [--json]

Waiting for a socket releases the GIL, so threads overlap here as they do without one.
"""

import argparse
import json
import platform
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor


def download(address):
    with urllib.request.urlopen(address, timeout=20) as response:
        return len(response.read())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("addresses", help="a file with an address in each line")
    parser.add_argument("--runs", type=int, help="accepted, and without effect here")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    with open(options.addresses) as file:
        addresses = file.read().split()
    figures = {}
    for threads in (1, 4, 16, 64):
        start = time.perf_counter()
        with ThreadPoolExecutor(max_workers=threads) as pool:
            sizes = list(pool.map(download, addresses))
        figures[f"seconds_{threads}"] = time.perf_counter() - start
        figures["bytes"] = sum(sizes)
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    for threads in (1, 4, 16, 64):
        seconds = figures[f"seconds_{threads}"]
        print(f"{threads:3} threads: {seconds:.2f} s, {figures['seconds_1'] / seconds:.1f}x")


if __name__ == "__main__":
    main()

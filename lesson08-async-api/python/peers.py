"""What the benches set beside ours: durable inserts, reads, a thumbnail.

    python3 peers.py inserts_per_second|reads_per_second|thumbnail_seconds [--json]
"""

import argparse
import asyncio
import io
import json
import os
import platform
import sqlite3
import sys
import tempfile
import threading
import time

SECONDS = 0.3
CLIENTS = 64


def store(folder):
    connection = sqlite3.connect(os.path.join(folder, "notes.db"), check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, text TEXT)")
    connection.execute("INSERT INTO notes (title, text) VALUES ('a note', 'x')")
    connection.commit()
    return connection


async def clients(call):
    """So many clients, each of which waits for its answer; the calls go to threads, as in an async service."""
    loop, done = asyncio.get_running_loop(), []
    start = time.perf_counter()

    async def client():
        while time.perf_counter() - start < SECONDS:
            await loop.run_in_executor(None, call)
            done.append(1)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return len(done) / (time.perf_counter() - start)


def of_store(which):
    with tempfile.TemporaryDirectory() as folder:
        connection, lock = store(folder), threading.Lock()

        def insert():
            with lock, connection:
                connection.execute("INSERT INTO notes (title, text) VALUES (?, ?)", ("a note", "x" * 100))

        def read():
            with lock:
                return connection.execute("SELECT id, title, text FROM notes WHERE id = 1").fetchone()

        rate = asyncio.run(clients(insert if which == "inserts_per_second" else read))
        connection.close()
        return rate


def thumbnail():
    from PIL import Image

    # The same waves of colour as src/cpu/thumbnail.rs makes.
    def wave(position, length):
        phase = position % (2 * length)
        return min(phase, 2 * length - phase) * 255 // length

    width, height = 1600, 1200
    xs, ys, sums = ([wave(at, length) for at in range(width + height)] for length in (190, 130, 70))
    pixels = bytearray()
    for y in range(height):
        for x in range(width):
            pixels += bytes((xs[x], ys[y], sums[x + y]))
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), bytes(pixels)).save(out, "JPEG", quality=85)
    data = out.getvalue()
    start = time.perf_counter()
    for _ in range(10):
        image = Image.open(io.BytesIO(data))
        image.thumbnail((256, 256))
        image.save(io.BytesIO(), "JPEG", quality=80)
    return (time.perf_counter() - start) / 10


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["inserts_per_second", "reads_per_second", "thumbnail_seconds"])
    parser.add_argument("--runs", type=int, help="accepted, and without effect here")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    try:
        figures = {options.what: thumbnail() if options.what == "thumbnail_seconds" else of_store(options.what)}
    except ImportError as error:
        print(f"not here: {error}")
        figures = {}
    if options.json:
        gil = getattr(sys, "_is_gil_enabled", lambda: True)()
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    for name, value in figures.items():
        print(f"CPython {platform.python_version()}: {name} {value:,.6g}")


if __name__ == "__main__":
    main()

"""The service's counterpart: notes over HTTP, kept in SQLite. FastAPI under uvicorn where both are installed; where
they are not, the same routes by hand on asyncio's streams.

    python3 service.py [--json]
"""

import argparse
import asyncio
import json
import platform
import sqlite3
import sys
import threading
import time

SECONDS = 0.4
CLIENTS = 16


class Store:
    """One connection, one lock, a thread for each call: what the lesson's first store is."""

    def __init__(self):
        self.connection = sqlite3.connect(":memory:", check_same_thread=False)
        self.connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, text TEXT)")
        self.lock = threading.Lock()

    def _create(self, title, text):
        with self.lock, self.connection:
            return self.connection.execute("INSERT INTO notes (title, text) VALUES (?, ?)", (title, text)).lastrowid

    def _read(self, number):
        with self.lock:
            return self.connection.execute("SELECT id, title, text FROM notes WHERE id = ?", (number,)).fetchone()

    async def create(self, title, text):
        number = await asyncio.get_running_loop().run_in_executor(None, self._create, title, text)
        return {"id": number, "title": title, "text": text}

    async def read(self, number):
        row = await asyncio.get_running_loop().run_in_executor(None, self._read, number)
        return row and dict(zip(("id", "title", "text"), row))


def fastapi_app(store):
    from fastapi import FastAPI, HTTPException
    from pydantic import BaseModel

    class NewNote(BaseModel):
        title: str
        text: str

    app = FastAPI()

    @app.get("/health")
    async def health():
        return "alive"

    @app.post("/notes", status_code=201)
    async def create(note: NewNote):
        return await store.create(note.title, note.text)

    @app.get("/notes/{number}")
    async def read(number: int):
        note = await store.read(number)
        if note is None:
            raise HTTPException(404, f"there is no note {number}")
        return note

    # Annotations are read when the route is added: the class must be found by then.
    return app


async def start_fastapi(store):
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(fastapi_app(store), port=0, log_level="warning", access_log=False))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]

    async def stop():
        server.should_exit = True
        await task

    return port, stop


async def start_by_hand(store):
    async def serve(reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                _, path, _ = head.split(" ", 2)
                if path == "/health":
                    status, answer = 200, "alive"
                else:
                    note = await store.read(int(path.rsplit("/", 1)[1]))
                    status, answer = (200, note) if note else (404, {"detail": "there is no such note"})
                body = json.dumps(answer).encode()
                writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n" % (status, len(body)) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)

    async def stop():
        server.close()

    return server.sockets[0].getsockname()[1], stop


async def client(port, path, end, latencies):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {path} HTTP/1.1\r\nhost: here\r\n\r\n".encode()
    while time.perf_counter() < end:
        start = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        await reader.readexactly(length)
        latencies.append(time.perf_counter() - start)
    writer.close()


async def load(port, path):
    latencies = []
    start = time.perf_counter()
    await asyncio.gather(*(client(port, path, start + SECONDS, latencies) for _ in range(CLIENTS)))
    return len(latencies) / (time.perf_counter() - start), sorted(latencies)[len(latencies) // 2]


async def measure():
    store = Store()
    await store.create("Grüße", "two\nlines")
    try:
        port, stop = await start_fastapi(store)
        framework = 1
    except ImportError:
        port, stop = await start_by_hand(store)
        framework = 0
    health, _ = await load(port, "/health")
    read, p50 = await load(port, "/notes/1")
    await stop()
    return {"fastapi": framework, "health_per_second": health, "read_per_second": read, "read_p50_seconds": p50}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, help="accepted, and without effect here")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    figures = asyncio.run(measure())
    if not figures["fastapi"]:
        print("FastAPI and uvicorn are not installed here: these are asyncio's streams, without a framework.")
    if options.json:
        gil = getattr(sys, "_is_gil_enabled", lambda: True)()
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}, client and server on one loop")
    for name, value in figures.items():
        print(f"  {name:20} {value:,.6g}")


if __name__ == "__main__":
    main()

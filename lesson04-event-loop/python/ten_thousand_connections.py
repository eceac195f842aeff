"""An asyncio echo server on one thread, and a client in a process of its own that opens many connections at once.

    python3 ten_thousand_connections.py [CONNECTIONS] [--json]
"""

import argparse
import asyncio
import json
import platform
import subprocess
import sys
import time

ROUNDS, OPENING, MESSAGE = 3, 64, 64


def memory():
    """Bytes in use; 0 where the system does not say it so."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * 4096
    except OSError:
        return 0


def raise_limit(wanted):
    try:
        import resource
    except ImportError:  # Windows, whose selectors stop at 512 sockets
        return min(wanted, 400)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + 64
    if soft != resource.RLIM_INFINITY and soft < needed:
        allowed = needed if hard == resource.RLIM_INFINITY else min(hard, needed)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
            soft = allowed
        except (ValueError, OSError):
            pass
    return wanted if soft == resource.RLIM_INFINITY else min(wanted, soft - 64)


class Echo(asyncio.Protocol):
    open = most = 0

    def connection_made(self, transport):
        self.transport = transport
        Echo.open += 1
        Echo.most = max(Echo.most, Echo.open)

    def connection_lost(self, error):
        Echo.open -= 1

    def data_received(self, data):
        self.transport.write(data)


async def serve(connections):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    before = memory()
    command = [sys.executable, __file__, str(connections), "--client", str(port)]
    client = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output, _ = await loop.run_in_executor(None, client.communicate)
    after = memory()
    server.close()
    right, seconds = output.split()
    return {
        "most": Echo.most,
        "replies": int(right),
        "rate": int(right) / float(seconds),
        "bytes": max(0, after - before) / max(1, Echo.most),
    }


async def client(connections, port):
    gate, opened = asyncio.Semaphore(OPENING), []

    async def connect():
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"!")
            await reader.readexactly(1)  # connected does not mean accepted
            opened.append((reader, writer))

    async def converse(number, reader, writer):
        right = 0
        for turn in range(ROUNDS):
            message = f"{number} {turn}".encode().ljust(MESSAGE, b".")
            writer.write(message)
            right += await reader.readexactly(MESSAGE) == message
        return right

    await asyncio.gather(*(connect() for _ in range(connections)))
    start = time.perf_counter()
    right = await asyncio.gather(*(converse(number, *streams) for number, streams in enumerate(opened)))
    print(sum(right), time.perf_counter() - start)
    for _, writer in opened:
        writer.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("connections", type=int, nargs="?", default=10_000)
    parser.add_argument("--client", type=int, metavar="PORT", help="be the client of the server at this port")
    parser.add_argument("--runs", type=int, help="accepted, and without effect here")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    connections = raise_limit(options.connections)
    if options.client is not None:
        asyncio.run(client(connections, options.client))
        return
    figures = asyncio.run(serve(connections))
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}{'' if gil else ' without the GIL'}")
    print(f"  {figures['most']} connections at once, {figures['replies']} replies, {figures['rate']:,.0f} a second")
    print(f"  {figures['bytes']:,.0f} bytes a connection")


if __name__ == "__main__":
    main()

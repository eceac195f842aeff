"""Three tasks of different temper in one loop, and how many turns it makes of them.

    python3 one_turn.py [--json]
"""

import asyncio
import socket
import threading
import time

import report

NAP, SWITCHES = 0.004, 3


class CountingLoop(asyncio.SelectorEventLoop):
    """`_run_once` is one turn. It is private, and has been the same since 3.4."""

    turns = 0

    def _run_once(self):
        self.turns += 1
        super()._run_once()


async def sleeper():
    await asyncio.sleep(NAP)
    await asyncio.sleep(NAP)


async def restless():
    for _ in range(SWITCHES):
        await asyncio.sleep(0)


async def reader():
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)

    def client():
        time.sleep(NAP / 2)
        with socket.create_connection(listener.getsockname()) as stream:
            stream.sendall(b"hello")
            time.sleep(NAP)

    threading.Thread(target=client).start()
    stream, _ = await loop.sock_accept(listener)
    data = await loop.sock_recv(stream, 64)
    stream.close()
    listener.close()
    return len(data)


async def all_three():
    return (await asyncio.gather(sleeper(), restless(), reader()))[2]


def measure():
    loop = CountingLoop()
    try:
        read = loop.run_until_complete(all_three())
    finally:
        loop.close()
    return {"turns": loop.turns, "read": read}


if __name__ == "__main__":
    report.main(__doc__, measure)

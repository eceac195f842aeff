"""What the GIL of *this* Python does to threads, in about two seconds.

Runs on CPython 3.10 to 3.14, free-threaded builds included, with nothing installed.

    python3 gil.py [--json]

The opening puzzle has a script of its own, opening_puzzle.py.
"""

import argparse
import json
import platform
import socket
import subprocess
import sys
import sysconfig
import threading
import time

# A task has to last for dozens of switch intervals, or the two threads hardly meet.
TASK_SECONDS = 0.1
SLEEP_SECONDS = 0.2
MESSAGES = 40


def has_gil() -> bool:
    """A free-threaded build can be run with its GIL switched on again, so ask the process and not the build."""
    if hasattr(sys, "_is_gil_enabled"):
        return sys._is_gil_enabled()
    return not sysconfig.get_config_var("Py_GIL_DISABLED")


def run_threads(*functions) -> float:
    """Starts them together; how long until the last one has finished."""
    gate = threading.Barrier(len(functions) + 1)

    def behind_the_gate(function):
        gate.wait()
        function()

    threads = [threading.Thread(target=behind_the_gate, args=(f,)) for f in functions]
    for thread in threads:
        thread.start()
    gate.wait()
    start = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


# ---- Two CPU-bound threads ------------------------------------------------------------------------------------------


def count(times: int) -> None:
    i = 0
    while i < times:
        i += 1


def cpu_two_threads_speedup() -> float:
    """Two tasks in two threads, against the same two one after the other. The median of three."""
    times = 100_000
    start = time.perf_counter()
    count(times)
    times = int(times * TASK_SECONDS / (time.perf_counter() - start))

    def once() -> float:
        start = time.perf_counter()
        count(times)
        count(times)
        in_sequence = time.perf_counter() - start
        return in_sequence / run_threads(lambda: count(times), lambda: count(times))

    return sorted(once() for _ in range(3))[1]


# ---- Two sleeping threads -------------------------------------------------------------------------------------------


def sleep_two_threads_speedup() -> float:
    sleep = lambda: time.sleep(SLEEP_SECONDS)  # noqa: E731
    return 2 * SLEEP_SECONDS / run_threads(sleep, sleep)


# ---- The convoy -----------------------------------------------------------------------------------------------------


# A process of its own, because a client thread would want the same GIL. It times each message from send to answer.
CLIENT = """
import socket, sys, time
server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    server.send(b"ping")
    server.recv(64)
    print(time.perf_counter() - start)
"""


def convoy_p99(with_spinner: bool) -> float:
    """A thread answers messages; beside it, another one may keep the interpreter busy. 99th percentile, in seconds.

    Both recv and send give the GIL up and have to win it back: two waits a message.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    arguments = [str(listener.getsockname()[1]), str(MESSAGES)]
    client = subprocess.Popen([sys.executable, "-c", CLIENT, *arguments], stdout=subprocess.PIPE, text=True)
    listener.settimeout(10)  # a client that could not start shall not hang us
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    done = threading.Event()

    def answer() -> None:
        while message := connection.recv(64):
            connection.send(message)
        done.set()

    def spin() -> None:
        while not done.is_set():
            pass

    run_threads(answer, *([spin] if with_spinner else []))
    connection.close()
    listener.close()
    latencies = sorted(float(line) for line in client.communicate()[0].split())
    return latencies[-(-len(latencies) * 99 // 100) - 1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, help="accepted, and without effect here")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    figures = {
        "cpu_two_threads_speedup": cpu_two_threads_speedup(),
        "sleep_two_threads_speedup": sleep_two_threads_speedup(),
        "convoy_alone_p99_seconds": convoy_p99(False),
        "convoy_p99_seconds": convoy_p99(True),
        "switch_interval_seconds": sys.getswitchinterval(),
    }
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": has_gil(), "figures": figures}))
        return
    alone, beside = 1000 * figures["convoy_alone_p99_seconds"], 1000 * figures["convoy_p99_seconds"]
    print(f"CPython {platform.python_version()}, {'with the GIL' if has_gil() else 'without a GIL'}")
    print(f"  two CPU-bound threads  {figures['cpu_two_threads_speedup']:.2f}x of two tasks in sequence")
    print(f"  two sleeping threads   {figures['sleep_two_threads_speedup']:.2f}x of two sleeps in sequence")
    print(f"  a message, p99         {alone:.2f} ms alone, {beside:.2f} ms beside a CPU-bound thread")
    print(f"  the switch interval    {1000 * figures['switch_interval_seconds']:g} ms")


if __name__ == "__main__":
    main()

"""What the GIL of *this* Python does to threads, in about three seconds.

Runs on CPython 3.10 to 3.14, free-threaded builds included, with nothing installed.

    python3 gil.py           lines to read
    python3 gil.py --json    one JSON object
"""

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
PUZZLE_RUNS = 10
# The puzzle is shorter here than in the lesson (a million), so the interpreter is asked to switch more often (5 ms is
# its default). That changes how often threads switch, and not where.
PUZZLE_TIMES = 200_000
PUZZLE_SWITCH_INTERVAL = 0.0001
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


# ---- The opening puzzle ---------------------------------------------------------------------------------------------

counter = 0


def add(times: int) -> None:
    global counter
    for _ in range(times):
        counter += 1


def add_with_a_call_between(times: int) -> None:
    global counter
    for _ in range(times):
        counter = int(counter) + 1


def lost_runs(add_some) -> int:
    """In how many of ten runs two threads ended up with less than they had counted."""
    global counter
    interval = sys.getswitchinterval()
    sys.setswitchinterval(PUZZLE_SWITCH_INTERVAL)
    try:
        lost = 0
        for _ in range(PUZZLE_RUNS):
            counter = 0
            run_threads(lambda: add_some(PUZZLE_TIMES), lambda: add_some(PUZZLE_TIMES))
            lost += counter < 2 * PUZZLE_TIMES
        return lost
    finally:
        sys.setswitchinterval(interval)


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
    print(1000 * (time.perf_counter() - start))
"""


def convoy_p99_ms(with_spinner: bool) -> float:
    """A thread answers messages; beside it, another one may keep the interpreter busy. 99th percentile, in ms.

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
    arguments = sys.argv[1:]
    if arguments not in ([], ["--json"]):
        sys.exit("usage: gil.py [--json]")
    figures = {
        "cpu_two_threads_speedup": round(cpu_two_threads_speedup(), 2),
        "sleep_two_threads_speedup": round(sleep_two_threads_speedup(), 2),
        "puzzle_plain_lost_of_10": lost_runs(add),
        "puzzle_call_between_lost_of_10": lost_runs(add_with_a_call_between),
        "puzzle_switch_interval_ms": 1000 * PUZZLE_SWITCH_INTERVAL,
        "convoy_alone_p99_ms": round(convoy_p99_ms(False), 2),
        "convoy_p99_ms": round(convoy_p99_ms(True), 2),
        "switch_interval_ms": round(1000 * sys.getswitchinterval(), 3),
    }
    if arguments:
        print(json.dumps({"python": platform.python_version(), "gil": has_gil(), "figures": figures}))
        return
    f = figures
    print(f"CPython {platform.python_version()}, {'with the GIL' if has_gil() else 'without a GIL'}")
    print(f"  two CPU-bound threads     {f['cpu_two_threads_speedup']:.2f}x of two tasks in sequence")
    print(f"  two sleeping threads      {f['sleep_two_threads_speedup']:.2f}x of two sleeps in sequence")
    print(f"  counter += 1              loses in {f['puzzle_plain_lost_of_10']} of 10 runs")
    print(f"  counter = int(counter)+1  loses in {f['puzzle_call_between_lost_of_10']} of 10 runs")
    print(
        f"  a message, p99            {f['convoy_alone_p99_ms']:.2f} ms alone, {f['convoy_p99_ms']:.2f} ms beside a"
        f" CPU-bound thread (switch interval {f['switch_interval_ms']:g} ms)"
    )


if __name__ == "__main__":
    main()

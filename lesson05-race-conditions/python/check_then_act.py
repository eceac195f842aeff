"""An account whose every access is locked, overdrawn all the same.

    python3 check_then_act.py [--runs 500] [--json]

The GIL is released between two bytecodes, and a `with lock:` block ends where it ends. Whatever the build, the check may be
out of date when the act comes. With `sleep(0)` between them, which gives the GIL away, it nearly always is.
"""

import argparse
import json
import platform
import sys
import threading
import time

AMOUNT = 100


class Account:
    def __init__(self):
        self.balance = AMOUNT
        self.lock = threading.Lock()


def apart(account):
    with account.lock:
        enough = account.balance >= AMOUNT
    if enough:
        with account.lock:
            account.balance -= AMOUNT


def with_a_sleep(account):
    with account.lock:
        enough = account.balance >= AMOUNT
    time.sleep(0)
    if enough:
        with account.lock:
            account.balance -= AMOUNT


def together(account):
    with account.lock:
        if account.balance >= AMOUNT:
            account.balance -= AMOUNT


def overdrawn(withdraw, trials):
    """The share of the accounts that are below zero after two withdrawals at once."""
    accounts = [Account() for _ in range(trials)]
    both = threading.Barrier(2)

    def work():
        for account in accounts:
            both.wait()
            withdraw(account)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(account.balance < 0 for account in accounts) / trials


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    runs = min(options.runs, 5_000)
    figures = {"runs": runs}
    for name, withdraw in [("apart", apart), ("sleep", with_a_sleep), ("together", together)]:
        figures[f"{name}_overdrawn"] = overdrawn(withdraw, runs)
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    if options.json:
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}{'' if gil else ' without the GIL'}, {runs} accounts")
    for name in ["apart", "sleep", "together"]:
        print(f"  {name:10} {figures[name + '_overdrawn']:.1%} overdrawn")


if __name__ == "__main__":
    main()

"""What the scripts of this lesson have in common: a command line, and the figures printed for people or as JSON."""

import argparse
import json
import platform
import sys


def main(document, measure):
    parser = argparse.ArgumentParser(description=document.splitlines()[0])
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

"""What the scripts of this lesson have in common: a command line, and the figures printed for people or as JSON."""

import argparse
import json
import platform
import sys


def main(document, measure):
    parser = argparse.ArgumentParser(description=document.splitlines()[0])
    parser.add_argument("--runs", type=int, help="accepted, and without effect here")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    figures = measure()
    if options.json:
        gil = getattr(sys, "_is_gil_enabled", lambda: True)()
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}")
    for name, value in figures.items():
        print(f"  {name:26} {value:,.6g}")

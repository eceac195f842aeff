"""Breaks the primitives on purpose, one operation at a time, and sees whether a proof fails.

    python3 lesson06-locks/mutants/mutate.py [PATTERN]      # from the workspace's root; PATTERN, a regular expression, selects files

Each mutant weakens an ordering, drops a fence, a wake-up or a notification, or tears an atomic operation apart into a
load and a store. It works on a copy of the workspace. A line a mutant: who killed it, or SURVIVED.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LESSON = "lesson06-locks"
FILTERS = {"mutex": ["mutex", "spin", "park", "three_states", "three_threads"]}
ATOMIC = r"((?:self\.)?[a-z_.]+)"


def torn(match):
    """An operation in two steps, both as strong as can be: only that it is one step is taken away."""
    word, operation, arguments = match[1], match[2], [part.strip() for part in match[3].split(",")]
    if operation.startswith("compare_exchange"):
        expected, new = arguments[:2]
        return (f"{{ let now = {word}.load(super::sync::atomic::Ordering::SeqCst); if now == {expected} {{ "
                f"{word}.store({new}, super::sync::atomic::Ordering::SeqCst); Ok(now) }} else {{ Err(now) }} }}")
    sign = {"swap": None, "fetch_add": "wrapping_add", "fetch_sub": "wrapping_sub"}[operation]
    new = arguments[0] if sign is None else f"now.{sign}({arguments[0]})"
    return (f"{{ let now = {word}.load(super::sync::atomic::Ordering::SeqCst); "
            f"{word}.store({new}, super::sync::atomic::Ordering::SeqCst); now }}")


def mutants(line):
    code = line.split("//")[0]
    if not code.strip() or code.strip().startswith("use "):
        return
    for match in re.finditer(r"\b(Acquire|Release|AcqRel)\b", code):
        for weaker in ["Acquire", "Release"] if match[1] == "AcqRel" else ["Relaxed"]:
            yield f"{match[1]} to {weaker}", code[:match.start()] + f"super::sync::atomic::Ordering::{weaker}" + code[match.end():]
    if "fence(SeqCst);" in code:
        yield "fence dropped", code.replace("fence(SeqCst);", "")
    for call in re.finditer(r"(futex::wake_(?:one|all)|[a-z_.]+\.notify_(?:one|all))\([^()]*\)", code):
        if "fn " in code:
            continue
        yield f"{call[1].split('.')[-1]} dropped", code[:call.start()] + "()" + code[call.end():]
        if call[1].endswith("_all"):
            yield f"{call[1].split('.')[-1]} to one", code[:call.start()] + call[0].replace("_all", "_one") + code[call.end():]
    for match in re.finditer(ATOMIC + r"\.(compare_exchange(?:_weak)?|swap|fetch_add|fetch_sub)\(([^()]*)\)", code):
        yield f"{match[2]} torn", code[:match.start()] + torn(match) + code[match.end():]


def main():
    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    work = pathlib.Path(tempfile.gettempdir()) / "lesson06-mutants"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(".", work, ignore=shutil.ignore_patterns("target", ".git", "mutants.out*"))
    environment = os.environ | {"CARGO_TARGET_DIR": str(work.parent / "lesson06-mutants-target"), "RUST_BACKTRACE": "0"}
    killed = survived = 0
    for path in sorted((work / LESSON / "src/primitives").rglob("*.rs")):
        name = str(path.relative_to(work / LESSON / "src/primitives"))
        if not re.search(pattern, name):
            continue
        original = path.read_text()
        lines = original.split("\n")
        for number, line in enumerate(lines):
            for what, mutated in mutants(line):
                path.write_text("\n".join(lines[:number] + [mutated] + lines[number + 1:]))
                top = name.split("/")[0]
                filters = [*FILTERS.get(top, [top]), "timeouts"]
                command = ["cargo", "test", "-q", "-p", LESSON, "--test", "proof", "--", "--skip", "real::", *filters]
                try:
                    run = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, timeout=200)
                    output = run.stdout + run.stderr
                    failed = re.findall(r"^    (on_\w+::\S+|real::\S+)$", output, re.M)
                    verdict = "SURVIVED" if run.returncode == 0 else ", ".join(dict.fromkeys(failed)) or (
                        "DOES NOT COMPILE" if "could not compile" in output else "the process was ended (loom's deadlock)")
                except subprocess.TimeoutExpired:
                    verdict = "it hung"
                killed += verdict not in ("SURVIVED", "DOES NOT COMPILE")
                survived += verdict == "SURVIVED"
                print(f"{name}:{number + 1}: {what}: {verdict}", flush=True)
        path.write_text(original)
    print(f"{killed} killed, {survived} survived")


if __name__ == "__main__":
    main()

"""A heartbeat every 10 ms beside work that computes: inline, on a thread, in a process. The work is a thumbnail by
Pillow where it is installed, and a loop of the same length where it is not.

    python3 off_the_loop.py [--json]
"""

import argparse
import asyncio
import io
import json
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor

try:
    from PIL import Image
except ImportError:
    Image = None

SECONDS = 0.4
CLIENTS = 6


def picture():
    if Image is None:
        return b""
    image = Image.linear_gradient("L").resize((800, 600)).convert("RGB")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def thumbnail(data):
    if Image is None:
        end = time.perf_counter() + 0.005
        while time.perf_counter() < end:
            pass
        return b"x"
    image = Image.open(io.BytesIO(data))
    image.thumbnail((256, 256))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


async def heart(latencies):
    start = time.perf_counter()
    for beat in range(int(SECONDS * 100)):
        due = start + beat * 0.01
        await asyncio.sleep(max(0, due - time.perf_counter()))
        latencies.append(time.perf_counter() - due)


async def beside(run):
    latencies, images, end = [], [], time.perf_counter() + SECONDS

    async def client():
        while time.perf_counter() < end:
            await asyncio.sleep(0)
            await run()
            images.append(1)

    start = time.perf_counter()
    await asyncio.gather(heart(latencies), *(client() for _ in range(CLIENTS)))
    return sorted(latencies)[len(latencies) // 2], len(images) / (time.perf_counter() - start)


async def measure():
    data, loop = picture(), asyncio.get_running_loop()

    async def inline():
        thumbnail(data)

    async def on_a_thread():
        await loop.run_in_executor(None, thumbnail, data)

    figures = {"pillow": int(Image is not None)}
    figures["inline_heartbeat_p50_seconds"], _ = await beside(inline)
    figures["thread_heartbeat_p50_seconds"], _ = await beside(on_a_thread)
    with ProcessPoolExecutor(2) as processes:

        async def in_a_process():
            await loop.run_in_executor(processes, thumbnail, data)

        await in_a_process()  # the processes are started now, and not while it is measured
        figures["heartbeat_p50_seconds"], figures["thumbnails_per_second"] = await beside(in_a_process)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, help="accepted, and without effect here")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    options = parser.parse_args()
    figures = asyncio.run(measure())
    if not figures["pillow"]:
        print("Pillow is not installed here: the work is a loop of 5 ms.")
    if options.json:
        gil = getattr(sys, "_is_gil_enabled", lambda: True)()
        print(json.dumps({"python": platform.python_version(), "gil": gil, "figures": figures}))
        return
    print(f"CPython {platform.python_version()}")
    for name, value in figures.items():
        print(f"  {name:30} {value:,.6g}")


if __name__ == "__main__":
    main()

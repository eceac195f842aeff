"""What a Pillow user writes: `Image.thumbnail`, which decodes at a smaller scale first."""

import io
import json
import platform
import sys
import time

from PIL import Image

ROUNDS = 20

with open(next(word for word in sys.argv[1:] if word != "--json"), "rb") as file:
    picture = file.read()


def thumbnail():
    image = Image.open(io.BytesIO(picture))
    image.thumbnail((256, 100_000))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out


thumbnail()
begin = time.perf_counter()
for _ in range(ROUNDS):
    thumbnail()
figures = {"thumbnail_ms": (time.perf_counter() - begin) * 1000 / ROUNDS}
print(json.dumps({"python": platform.python_version(), "gil": True, "figures": figures}))

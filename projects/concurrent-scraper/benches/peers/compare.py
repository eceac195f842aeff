#!/usr/bin/env python3
"""The crawler beside its peers, on the documentation that rustup installs. See ../README.md.

Each peer crawls /std/ in a process of its own; CPU seconds and peak memory are the kernel's (wait4), requests are
counted in the server's log. Rounds are interleaved: a noisy neighbour slows all peers. Peers that are not installed
are named and left out. Needs nothing but the standard library of Python 3.9, nginx for the first table, and cargo.
"""
import argparse
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from html.parser import HTMLParser

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--latency", type=int, default=20, help="milliseconds of the second table; 0 leaves it out")
    parser.add_argument("--part", default="std", help="the folder of the documentation to crawl")
    parser.add_argument("--only", help="comma-separated beginnings of peers' names")
    parser.add_argument("--slow", action="store_true", help="also the peers that need a minute for a round")
    parser.add_argument("--python", default=sys.executable, help="a Python that has the peers' packages")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND",
                        help="another crawler, with {url} and {concurrency} in its command")
    parser.add_argument("--built", metavar="FOLDER", help="take the release binaries from here instead of building them")
    options = parser.parse_args()
    docs = documentation()
    binaries = build() if not options.built else {
        "concurrent-scraper": f"{options.built}/concurrent-scraper", "bare": f"{options.built}/examples/bare"}
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        pages = walk(docs, options.part, scratch)
        print(f"/{options.part}/: {len(pages)} pages, {sum(page.stat().st_size for page in pages.values()) / 1e6:.0f} MB, "
              f"{options.concurrency} in flight, median of {options.rounds} rounds\n")
        if shutil.which("nginx"):
            with Nginx(docs, scratch) as server:
                table("nginx, one worker, no latency", server, peers(options, binaries, scratch), pages, options, scratch)
        else:
            print("nginx is not installed: the table without latency is left out\n")
        if options.latency:
            with Delaying(binaries["bare"], docs, options.latency) as server:
                table(f"every response {options.latency} ms late", server, peers(options, binaries, scratch), pages,
                      options, scratch)


def documentation():
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], check=True, capture_output=True, text=True).stdout.strip()
    docs = pathlib.Path(sysroot, "share", "doc", "rust", "html")
    if not docs.joinpath("index.html").is_file():
        sys.exit("the documentation is not installed: rustup component add rust-docs")
    return docs


def build():
    """The release binaries, by the paths that cargo reports."""
    command = ["cargo", "build", "--release", "-p", "concurrent-scraper", "--bins", "--example", "bare", "--message-format", "json"]
    built = subprocess.run(command, cwd=HERE, check=True, stdout=subprocess.PIPE, text=True).stdout
    artifacts = [json.loads(line) for line in built.splitlines()]
    return {one["target"]["name"]: one["executable"] for one in artifacts if one.get("executable")}


def walk(docs, part, scratch):
    """The pages, by a walk over the files: what every crawler should ask for."""
    class Anchors(HTMLParser):
        def handle_starttag(self, tag, attributes):
            if tag == "a":
                self.found.update(value for name, value in attributes if name == "href" and value)

    known = pathlib.Path(tempfile.gettempdir(), f"walk-{abs(hash_of(docs))}-{part}.json")
    if known.is_file():
        pages = json.loads(known.read_text())
        return {path: docs / path.lstrip("/") for path in pages}
    start = f"/{part}/index.html"
    pages, queue, seen = {}, [start], {start}
    while queue:
        path = queue.pop()
        file = docs / urllib.parse.unquote(path).lstrip("/")
        if file.is_dir():
            file = file / "index.html"
        if not file.is_file():
            continue
        pages[path] = file
        if file.suffix != ".html":
            continue
        anchors = Anchors()
        anchors.found = set()
        anchors.feed(file.read_text())
        for href in anchors.found:
            url = urllib.parse.urlsplit(urllib.parse.urljoin("http://h" + path, href))
            if url.netloc == "h" and url.path.startswith(f"/{part}/") and url.path not in seen:
                seen.add(url.path)
                queue.append(url.path)
    known.write_text(json.dumps(sorted(pages)))
    return pages


def hash_of(docs):
    import zlib
    return zlib.crc32(str(docs).encode())


class Nginx:
    def __init__(self, docs, scratch):
        self.log = scratch / "access.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.config = scratch / "nginx.conf"
        user = "user root;" if hasattr(os, "getuid") and os.getuid() == 0 else ""
        self.config.write_text(f"""{user} worker_processes 1; daemon off; pid {scratch}/nginx.pid; error_log {scratch}/error.log;
            events {{ worker_connections 1024; }}
            http {{ types {{ text/html html; text/css css; text/javascript js; }} default_type application/octet-stream;
              log_format plain '$request_method $request_uri'; access_log {self.log} plain; keepalive_requests 1000000;
              sendfile on; client_body_temp_path {scratch}/b; proxy_temp_path {scratch}/p; fastcgi_temp_path {scratch}/f;
              uwsgi_temp_path {scratch}/u; scgi_temp_path {scratch}/s;
              server {{ listen 127.0.0.1:{self.port}; root {docs}; }} }}""")
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self.process = subprocess.Popen(["nginx", "-c", str(self.config)], stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                urllib.request.urlopen(self.url + "/index.html").read()
                return self
            except OSError:
                time.sleep(0.05)
        sys.exit("nginx does not answer")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def begin(self):
        self.log.write_text("")

    def end(self):
        # Lines are written when a request ends; the crawler may see that end a moment earlier.
        time.sleep(0.1)
        return [line.split(" ", 1)[1] for line in self.log.read_text().splitlines() if line.startswith("GET ")]


class Delaying:
    """The fixture site, a new one for each run: it counts from its start to its end."""

    def __init__(self, bare, docs, latency):
        self.command = [bare, "serve", str(docs), str(latency)]

    def __enter__(self):
        self.begin()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.communicate("")

    def begin(self):
        if getattr(self, "process", None) and self.process.poll() is None:
            self.process.communicate("")
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip().rstrip("/")

    def end(self):
        return self.process.communicate("")[0].split()


def peers(options, binaries, scratch):
    """Name -> a function of (url, list of pages) that gives the command."""
    c = str(options.concurrency)
    script = lambda name, *more: lambda url, _: [options.python, str(HERE / name), url, c, *more]
    all_peers = {
        "floor: GETs of the list, no parsing": lambda _, pages: [binaries["bare"], "floor", pages, c],
        "smallest crawler: reqwest + lol_html": lambda url, _: [binaries["bare"], "crawl", url, c],
        "**concurrent-scraper**, state and JSONL on disk": lambda url, _: [
            binaries["concurrent-scraper"], "crawl", url, "--region", "prefix", "--concurrency", c, "--per-host", c,
            "--state", fresh(scratch / "state.db"), "--output", fresh(scratch / "pages.jsonl"), "--quiet"],
    }
    has = lambda *modules: subprocess.run([options.python, "-c", "import " + ", ".join(modules)],
                                          capture_output=True).returncode == 0
    optional = [
        ("aiohttp + selectolax", has("aiohttp", "selectolax.lexbor"), False, script("by_hand.py", "aiohttp", "selectolax")),
        ("httpx + selectolax", has("httpx", "selectolax.lexbor"), False, script("by_hand.py", "httpx", "selectolax")),
        ("Scrapy tuned by hand", has("scrapy"), False, script("scrapy_tuned.py")),
        ("wget -r", shutil.which("wget"), False, lambda url, _: [
            "wget", "-q", "-r", "-l", "inf", "-np", "-nH", "-P", fresh(scratch / "wget"), url]),
        ("Scrapy", has("scrapy"), True, script("scrapy_plain.py")),
        ("aiohttp + BeautifulSoup", has("aiohttp", "bs4"), True, script("by_hand.py", "aiohttp", "bs4")),
    ]
    for name, found, slow, command in optional:
        if not found:
            print(f"not installed: {name}")
        elif not slow or options.slow:
            all_peers[name] = command
    for peer in options.peer:
        name, command = peer.split("=", 1)
        all_peers[name] = lambda url, _, command=command: command.format(url=url, concurrency=c).split()
    chosen = options.only.split(",") if options.only else [""]
    return {name: command for name, command in all_peers.items() if any(name.strip("*").startswith(one) for one in chosen)}


def fresh(path):
    for old in path.parent.glob(path.name + "*"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    return str(path)


def table(title, server, commands, pages, options, scratch):
    results = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name, command in commands.items():
            server.begin()
            url = server.url + f"/{options.part}/index.html"
            listed = scratch / "list.txt"
            listed.write_text("".join(f"{server.url}{path}\n" for path in sorted(pages)))
            results[name].append(run(command(url, str(listed)), server))
    print(f"### {title}\n\n| | wall s | CPU s | peak MB | GETs | distinct |\n|---|---|---|---|---|---|")
    for name, rounds in results.items():
        good = [one for one in rounds if one["ok"]]
        if not good:
            print(f"| {name} | failed: {rounds[0]['why']} | | | | |")
            continue
        middle = lambda key: statistics.median(one[key] for one in good)
        spread = lambda key: "/".join(str(value) for value in sorted({one[key] for one in good}))
        print(f"| {name} | {middle('wall'):.2f} | {middle('cpu'):.2f} | {middle('peak'):.0f} | {spread('gets')} | {spread('distinct')} |")
    print(flush=True)


def run(command, server):
    start = time.monotonic()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        why = errors.read().decode(errors="replace").strip().splitlines()[-1:]
    asked = server.end()
    # The fixture site answers with two numbers, nginx' log has a line for each request. robots.txt is no page.
    if len(asked) == 2 and all(one.isdigit() for one in asked):
        gets, distinct = int(asked[0]), int(asked[1])
    else:
        asked = [path for path in asked if path != "/robots.txt"]
        gets, distinct = len(asked), len(set(asked))
    peak = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    # wget says 8 if any of its links was broken.
    ok = process.returncode == 0 or (command[0] == "wget" and process.returncode == 8)
    return {"ok": ok, "why": " ".join(why), "wall": wall, "cpu": usage.ru_utime + usage.ru_stime,
            "peak": peak, "gets": gets, "distinct": distinct}


main()

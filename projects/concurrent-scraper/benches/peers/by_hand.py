"""Crawlers people write by hand: by_hand.py URL CONCURRENCY aiohttp|httpx selectolax|bs4"""
import asyncio
import sys
from urllib.parse import urldefrag, urljoin

start, concurrency, client_name, parser_name = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
below = start.rsplit("/", 1)[0] + "/"

if parser_name == "selectolax":
    from selectolax.lexbor import LexborHTMLParser as HTMLParser

    def hrefs(html):
        return {node.attributes.get("href") for node in HTMLParser(html).css("a[href]")}
else:
    from bs4 import BeautifulSoup

    def hrefs(html):
        return {node["href"] for node in BeautifulSoup(html, "html.parser").find_all("a", href=True)}


async def main(get):
    seen, queue, pages = {start}, asyncio.Queue(), 0
    queue.put_nowait(start)

    async def worker():
        nonlocal pages
        while True:
            url = await queue.get()
            try:
                html = await get(url)
                pages += 1
                for href in hrefs(html):
                    link = urldefrag(urljoin(url, href or ""))[0]
                    if link.startswith(below) and link not in seen:
                        seen.add(link)
                        queue.put_nowait(link)
            except Exception as error:
                print(url, repr(error), file=sys.stderr)
            finally:
                queue.task_done()

    workers = [asyncio.create_task(worker()) for _ in range(concurrency)]
    await queue.join()
    for one in workers:
        one.cancel()
    print(pages)


async def with_aiohttp():
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:
        async def get(url):
            async with session.get(url) as response:
                return await response.read()

        await main(get)


async def with_httpx():
    import httpx

    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    async with httpx.AsyncClient(limits=limits, timeout=60) as session:
        async def get(url):
            return (await session.get(url)).content

        await main(get)


asyncio.run(with_aiohttp() if client_name == "aiohttp" else with_httpx())

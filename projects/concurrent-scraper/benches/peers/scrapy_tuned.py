"""Scrapy tuned by hand: a bare Spider, links by CSS, a set of its own instead of the duplicate filter."""
import sys
from urllib.parse import urldefrag, urljoin
import scrapy
from scrapy.crawler import CrawlerProcess

start, concurrency = sys.argv[1], int(sys.argv[2])
below = start.rsplit("/", 1)[0] + "/"
seen = {start}
pages = 0


class Spider(scrapy.Spider):
    name = "tuned"
    start_urls = [start]

    def parse(self, response):
        global pages
        pages += 1
        for href in set(response.css("a::attr(href)").getall()):
            url = urldefrag(urljoin(response.url, href))[0]
            if url.startswith(below) and url not in seen:
                seen.add(url)
                yield scrapy.Request(url, dont_filter=True)


crawler = CrawlerProcess({"LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS": concurrency, "TELNETCONSOLE_ENABLED": False,
                          "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency, "DOWNLOAD_DELAY": 0, "ROBOTSTXT_OBEY": True})
crawler.crawl(Spider)
crawler.start()
print(pages)

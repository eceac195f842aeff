"""Scrapy as its tutorial has it: a CrawlSpider with a LinkExtractor."""
import sys
import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.linkextractors import LinkExtractor
from scrapy.spiders import CrawlSpider, Rule

start, concurrency = sys.argv[1], int(sys.argv[2])
pages = 0


class Spider(CrawlSpider):
    name = "plain"
    start_urls = [start]
    rules = [Rule(LinkExtractor(allow="^" + start.rsplit("/", 1)[0] + "/"), callback="page", follow=True)]

    def page(self, response):
        global pages
        pages += 1


crawler = CrawlerProcess({"LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS": concurrency, "TELNETCONSOLE_ENABLED": False,
                          "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency, "DOWNLOAD_DELAY": 0, "ROBOTSTXT_OBEY": True})
crawler.crawl(Spider)
crawler.start()
print(pages)

// Debian's Chromium, which reaches this machine and nothing else.
//
// Not by page.route(): as soon as a route is intercepted, Playwright answers CORS preflights itself,
// with yes to everything, and these tests would see its answers in place of the service's. So names
// are resolved to nothing instead, and each request is noted.
import { chromium } from 'playwright-core';

// Its pages are not of this machine for the browser, and come from it: as those of a name that an
// attacker has made to stand for 127.0.0.1.
export const foreignHost = 'shop.example';

const rules = `MAP ${foreignHost} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`;

export class Browser {
  static async start() {
    const browser = new Browser();
    browser.requests = [];
    browser.chromium = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      // Chromium's sandbox does not work for root, whom CI runs as; the pages are our own.
      args: ['--no-sandbox', `--host-resolver-rules=${rules}`],
    });
    browser.context = await browser.chromium.newContext();
    browser.context.on('request', (request) => browser.requests.push(request.url()));
    return browser;
  }

  async open(url) {
    const page = await this.context.newPage();
    await page.goto(url);
    return page;
  }

  // The statuses of all that comes in answer to the page, also of what the browser keeps from it.
  async statuses(page) {
    const seen = [];
    const session = await this.context.newCDPSession(page);
    session.on('Network.responseReceivedExtraInfo', ({ statusCode }) => seen.push(statusCode));
    await session.send('Network.enable');
    return seen;
  }

  // What its pages asked for beyond this machine. None of it can have been reached.
  outside() {
    return this.requests.filter((url) => {
      const { protocol, hostname } = new URL(url);
      return !['data:', 'blob:'].includes(protocol) && !['127.0.0.1', foreignHost].includes(hostname);
    });
  }

  stop() {
    return this.chromium.close();
  }
}

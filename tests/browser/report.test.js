// The HTML report as a reader opens it: a file, in a browser that must fetch nothing for it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Browser } from './support/browser.js';
import { apiKey, secret } from './support/tenants.js';

// Where the pictures go, for whoever wants to look at them; otherwise a folder that goes away.
const kept = process.env.SCREENSHOTS;

const shared = {
  tenants: [
    { id: 42, name: 'acme', label: 'Acme <Furniture> & Söhne', apiKey },
    { id: 43, name: 'patient', apiKey, simulator: { retry: { schedule: ['20ms', '300ms', '1s'] } } },
  ],
  credentials: [{ apiKey, secret }],
};
const send = (tenant, data = {}) =>
  ({ send: 'email.savedConfiguration', tenant, data: { email: 'customer@example.com', ...data } });
// What would run, or be fetched, if any of it were taken for markup.
const hostile = '"><img src="http://outside.example/x.png" onerror="document.title=1"><script>document.title=1</script>';

const scenarios = {
  'delivered.json': { ...shared, name: 'the endpoint takes the event', steps: [send(42), { expect: { outcome: 'delivered' } }] },
  'failed.json': {
    ...shared,
    name: 'the endpoint is down: not as expected',
    description: `It says so itself. ${hostile}`,
    endpoint: { sequence: [{ status: 503, headers: { 'X-Why': hostile }, body: hostile }] },
    steps: [
      send(42, { configuratorId: hostile }),
      { expect: { outcome: 'delivered', attempts: 2, received: { body: { '/data': { equals: { success: true } } } } } },
    ],
  },
  'retried.json': {
    ...shared,
    name: 'four attempts, then the Roomle email',
    endpoint: { sequence: [{ connection_reset: true }, 503, 404] },
    steps: [send(43), { expect: { outcome: 'mailed', reasons: ['connection_closed', 'status 503', 'status 404'] } }],
  },
};

describe('the HTML report', { timeout: 120_000 }, () => {
  let browser, folder, url;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'roomle-sim-report-'));
    for (const [name, scenario] of Object.entries(scenarios)) {
      await writeFile(join(folder, name), JSON.stringify(scenario));
    }
    const report = join(folder, 'report.html');
    const run = spawn(process.env.PROGRAM, ['run', folder, '-q', '--report', `html=${report}`],
      { stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = await once(run, 'exit');
    assert.equal(code, 4, 'two of them are not as expected');
    url = pathToFileURL(report).href;
    browser = await Browser.start();
  });
  after(async () => {
    await browser?.stop();
    await rm(folder, { recursive: true });
  });

  async function open(options = {}) {
    const context = await browser.chromium.newContext(options);
    const page = await context.newPage();
    page.said = [];
    page.asked = [];
    page.on('console', (message) => page.said.push(message.text()));
    page.on('pageerror', (error) => page.said.push(String(error)));
    page.on('request', (request) => page.asked.push(request.url()));
    await page.goto(url);
    return page;
  }

  const unfold = (page) => page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });

  it('opens without a word in the console, and asks for nothing but itself', async () => {
    const page = await open();
    await unfold(page);
    assert.deepEqual(page.said, []);
    assert.deepEqual(page.asked.filter((one) => !one.startsWith('about:srcdoc')), [url]);
    assert.equal(await page.title(), '1 passed, 2 failed · roomle-sim');
    assert.equal(await page.locator('script, img, link').count(), 0);
  });

  it('needs no script', async () => {
    const page = await open({ javaScriptEnabled: false });
    assert.ok(await page.getByRole('heading', { name: 'Scenarios' }).isVisible());
    assert.ok(await page.locator('section').first().isVisible());
  });

  it('tells the differences, how to run it again, and the token', async () => {
    const page = await open();
    const failed = page.locator('section', { hasText: 'the endpoint is down' });
    const text = await failed.innerText();
    for (const part of ['outcome', '"delivered"', '"mailed"', 'roomle-sim run ', '--seed 1', 'curl -i',
      'anonymous;aValidApiKey', 'authenticated', hostile]) {
      assert.ok(text.includes(part), `${part} is missing in: ${text}`);
    }
    assert.ok(!(await page.content()).includes(secret));
  });

  it('draws attempts, waits and the mail', async () => {
    const page = await open();
    const timeline = page.locator('section', { hasText: 'four attempts' }).locator('svg');
    assert.equal(await timeline.locator('rect.bad, rect.unsure').count(), 4);
    assert.equal(await timeline.locator('path.wait').count(), 3);
    assert.equal(await timeline.locator('rect.mail').count(), 1);
    assert.match(await timeline.getAttribute('aria-label'), /attempt 1: connection_closed.*the Roomle email/);
  });

  it('shows the mail as it looks, in a frame that can do nothing', async () => {
    const page = await open();
    const frame = page.locator('section', { hasText: 'the endpoint is down' }).locator('iframe').first();
    assert.equal(await frame.getAttribute('sandbox'), '');
    await page.frames()[1].waitForSelector('a');
    assert.ok((await page.frames()[1].textContent('body')).includes('Acme <Furniture> & Söhne'));
  });

  for (const [name, options] of Object.entries({
    light: { colorScheme: 'light', viewport: { width: 1200, height: 900 } },
    dark: { colorScheme: 'dark', viewport: { width: 1200, height: 900 } },
    narrow: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  })) {
    it(`fits a ${name} screen`, async () => {
      const page = await open(options);
      const [wanted, had] = await page.evaluate(
        () => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(wanted <= had, `it is ${wanted} wide where there are ${had}`);
      await page.locator('section', { hasText: 'four attempts' }).locator('article > details').first().locator('summary').click();
      await page.screenshot({ path: join(kept ?? folder, `report-${name}.png`), fullPage: true });
    });
  }
});

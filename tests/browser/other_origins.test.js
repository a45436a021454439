// What a web page of another origin, open in the user's own browser, gets of a running
// `roomle-sim serve`: of the inspector nothing, of the vendor's API nothing secret.
import assert from 'node:assert/strict';
import { createCipheriv, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { Browser, foreignHost } from './support/browser.js';
import { Endpoint } from './support/endpoint.js';
import { Simulator } from './support/simulator.js';
import { Site } from './support/site.js';
import { apiKey, secret, tenants } from './support/tenants.js';

const started = [];
let browser, endpoint, failing, ids, simulator, site;

async function keep(starting) {
  const one = await starting;
  started.push(one);
  return one;
}

// What each path of the description stands for here, by its method: none may be forgotten.
function inspectorPaths(description, method) {
  const id = { deliveries: ids.delivery, mails: ids.mail, tenants: 43 };
  return Object.entries(description.paths)
    .filter(([path, methods]) => methods[method] && !/^\/(api\/)?v2\//.test(path))
    .map(([path]) => path.replace(/(\w+)\/\{id\}/, (_, kind) => `${kind}/${id[kind]}`));
}

// Asks for it from within a page: its status and text, or that the browser gave it nothing.
function ask(page, path, options = {}) {
  return page.evaluate(async ([url, init]) => {
    try {
      const answer = await fetch(url, init);
      return { type: answer.type, status: answer.status, text: await answer.text() };
    } catch {
      return { type: 'refused' };
    }
  }, [simulator.url + path, options]);
}

// All that a page could have changed, as this machine's user sees it.
async function state() {
  return {
    status: await simulator.get('/sim/v1/status'),
    tenants: await simulator.get('/sim/v1/tenants'),
    deliveries: await simulator.get('/sim/v1/deliveries'),
    posts: [endpoint.posts.length, failing.posts.length],
  };
}

// A token such as one who knows the tenant's secret would make.
function provenToken() {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(secret), iv);
  const plaintext = `${new Date().toISOString()};anonymous;${apiKey}`;
  return `01-${Buffer.concat([iv, cipher.update(plaintext), cipher.final()]).toString('base64')}`;
}

// Bodies with which each POST would do something, were it let through.
function bodyFor(path) {
  if (path.endsWith('/events')) return JSON.stringify({ event: 'email.savedConfiguration', tenant: 42 });
  return path.endsWith('/deliveries/resend') ? '{"filter":{}}' : '';
}

describe('a page of another origin', { timeout: 120_000 }, () => {
  let description;

  before(async () => {
    endpoint = await keep(Endpoint.start(200));
    failing = await keep(Endpoint.start(503));
    simulator = await keep(Simulator.start(tenants(endpoint.url, failing.url)));
    site = await keep(Site.start());
    browser = await keep(Browser.start());
    // A delivery with a mail, so that there is something to read, and to send again.
    const answer = await fetch(`${simulator.url}/sim/v1/events`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ event: 'email.savedConfiguration', tenant: 43 }),
    });
    assert.equal(answer.status, 202);
    const { delivery } = await answer.json();
    await simulator.outcomeOf(delivery);
    const { mails } = await simulator.get('/sim/v1/mails');
    ids = { delivery, mail: mails[0].id };
    // One tenant is paused, so that resuming it would be seen.
    await fetch(`${simulator.url}/sim/v1/tenants/42/pause`, { method: 'POST' });
    description = await simulator.get('/sim/v1/openapi.json');
  });
  after(async () => {
    for (const one of started.reverse()) await one.stop();
  });

  it('would be given all of it, were it this machine\'s user', async () => {
    const paths = inspectorPaths(description, 'get');
    assert.ok(paths.length >= 10, paths.join(' '));
    for (const path of paths) {
      const ended = new AbortController();
      const answer = await fetch(simulator.url + path, { signal: ended.signal });
      assert.equal(answer.status, 200, path);
      ended.abort();
    }
    assert.deepEqual((await state()).status.pausedTenants, [42]);
  });

  const origins = {
    'of this machine, on another port': () => `${site.url}/blank`,
    'of another site': () => `http://${foreignHost}:${site.port}/blank`,
    'of no origin': () => `${site.url}/sandboxed`,
  };
  for (const [name, url] of Object.entries(origins)) {
    it(`${name}: reads nothing of the inspector`, async () => {
      const page = await browser.open(url());
      const paths = inspectorPaths(description, 'get');
      const statuses = await browser.statuses(page);
      for (const path of paths) {
        assert.deepEqual(await ask(page, path), { type: 'refused' }, path);
      }
      // That is the service's doing, not only the browser's.
      assert.deepEqual(statuses, paths.map(() => 403));
    });

    it(`${name}: changes nothing, by fetch or by a form`, async () => {
      const page = await browser.open(url());
      const paths = [...inspectorPaths(description, 'post'), '/sim/v1/tenants/42/resume'];
      assert.ok(paths.length >= 5, paths.join(' '));
      const before = await state();
      const statuses = await browser.statuses(page);
      for (const path of paths) {
        // This one is sent without asking first; only its answer is kept from the page.
        const simple = { method: 'POST', mode: 'no-cors', body: bodyFor(path) };
        assert.deepEqual(await ask(page, path, simple), { type: 'refused' }, path);
        const asking = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: bodyFor(path) };
        assert.deepEqual(await ask(page, path, asking), { type: 'refused' }, path);
      }
      assert.deepEqual(statuses, [...paths, ...paths].map(() => 403));
      const answered = page.waitForResponse((response) => response.url().endsWith('/resume'));
      await page.evaluate((action) => {
        const form = document.createElement('form');
        form.method = 'post';
        form.action = action;
        document.body.append(form);
        form.submit();
      }, `${simulator.url}/sim/v1/tenants/42/resume`);
      assert.equal((await answered).status(), 403);
      assert.deepEqual(await state(), before);
    });

    it(`${name}: sees a tenant without what is secret, and cannot change it`, async () => {
      const page = await browser.open(url());
      const managed = await simulator.get('/v2/tenants/42');
      assert.equal(managed.tenant.webhook, endpoint.url);
      assert.equal(managed.tenant.apiKey, apiKey);
      for (const headers of [{}, { apiKey, token: provenToken() }]) {
        for (const path of ['/v2/tenants/42', '/api/v2/tenants/42', '/v2/tenants/me']) {
          const answer = await ask(page, path, { headers: { currentTenant: '42', ...headers } });
          assert.equal(answer.status, 200, path);
          assert.equal(JSON.parse(answer.text).tenant.name, 'acme');
          for (const hidden of ['webhook', 'apiKey', endpoint.url, apiKey, secret]) {
            assert.ok(!answer.text.includes(hidden), `${path} tells ${hidden}: ${answer.text}`);
          }
        }
        const change = { method: 'PUT', body: JSON.stringify({ webhook: 'http://127.0.0.1:9/' }) };
        const answer = await ask(page, '/v2/tenants/42', { ...change, headers });
        assert.notEqual(answer.status, 200);
      }
      assert.deepEqual(await simulator.get('/v2/tenants/42'), managed);
    });
  }

  it('whose name was made to stand for this machine is told so, and nothing else', async () => {
    // DNS rebinding: for the browser the page and the inspector are of one origin.
    const origin = `http://${foreignHost}:${simulator.port}`;
    const page = await browser.open(`${origin}/v2/tenants/42`);
    const before = await state();
    for (const method of ['get', 'post']) {
      for (const path of inspectorPaths(description, method)) {
        const [status, answer] = await page.evaluate(async ([target, init]) => {
          const response = await fetch(target, init);
          return [response.status, await response.json()];
        }, [path, { method: method.toUpperCase(), body: method === 'post' ? bodyFor(path) : undefined }]);
        if (path === '/healthz' || path === '/readyz') {
          // For whoever keeps containers running, by whatever name: that it runs, and no more.
          assert.equal(status, 200, path);
          assert.deepEqual(answer, { status: path === '/healthz' ? 'ok' : 'ready' }, path);
          continue;
        }
        assert.equal(status, 403, path);
        assert.deepEqual(Object.keys(answer), ['error'], path);
        assert.equal(answer.error.code, 'wrong_host', path);
      }
    }
    assert.deepEqual(await state(), before);
    const shown = await page.evaluate(() => document.body.textContent);
    assert.ok(shown.includes('acme') && !shown.includes(apiKey) && !shown.includes('webhook'), shown);
  });
});

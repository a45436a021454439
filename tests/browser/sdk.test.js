// The vendor's own client in a real browser, told to speak to `roomle-sim serve`: what it sets off
// arrives at the tenant's endpoint, or as a mail where that fails.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Browser } from './support/browser.js';
import { Endpoint, readToken } from './support/endpoint.js';
import { Simulator } from './support/simulator.js';
import { Site } from './support/site.js';
import { apiKey, secret, tenants } from './support/tenants.js';

const started = [];
let browser, endpoint, failing, simulator, site;

async function keep(starting) {
  const one = await starting;
  started.push(one);
  return one;
}

// A page of a shop whose client speaks for that tenant (undefined: as the client itself has it).
async function shop(tenant) {
  const page = await browser.open(site.url);
  await page.waitForFunction('window.RoomleSdk');
  await page.evaluate(([customApiUrl, overrideTenant]) => {
    window.RoomleSdk.setGlobalInitData(
      { customApiUrl, overrideTenant, configuratorId: 'myConfigurator', locale: 'de' });
  }, [`${simulator.url}/v2`, tenant]);
  return page;
}

// Calls a method of the client's RapiAccess, and gives what it resolves to.
function call(page, method, ...args) {
  return page.evaluate(async ([name, values]) => {
    const rapi = await window.RoomleSdk.getRapiAccess();
    return rapi[name](...values);
  }, [method, args]);
}

function eventOf(id) {
  return endpoint.post((post) => post.body.data.configurationId === id);
}

// What holds of each event, whatever set it off.
function checkPost(post, event, id) {
  assert.equal(post.method, 'POST');
  assert.equal(post.path, '/roomle');
  assert.match(post.headers['content-type'], /^application\/json/);
  assert.equal(post.headers['user-agent'], 'Roomle');
  // The vendor's page: exactly two members, in this order.
  assert.deepEqual(Object.keys(post.body), ['event', 'data']);
  assert.equal(post.body.event, event);
  const { data } = post.body;
  assert.equal(data.success, true);
  assert.equal(data.email, 'customer@example.com');
  assert.equal(data.configurationId, id);
  assert.equal(data.configuratorId, 'myConfigurator');
  const token = readToken(post.headers.token, secret);
  assert.equal(token.apiKey, apiKey);
  assert.equal(token.session, 'anonymous');
  assert.match(token.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return data;
}

describe('the vendor\'s client in a browser', { timeout: 120_000 }, () => {
  before(async () => {
    endpoint = await keep(Endpoint.start(200));
    failing = await keep(Endpoint.start(503));
    simulator = await keep(
      Simulator.start(tenants(endpoint.url, failing.url), ['--export-time', '20ms']));
    site = await keep(Site.start());
    browser = await keep(Browser.start());
  });
  after(async () => {
    for (const one of started.reverse()) await one.stop();
  });

  for (const [type, event] of [[1, 'email.shareConfiguration'], [2, 'email.shareConfigurationAR'],
    [3, 'email.savedConfiguration']]) {
    it(`shareConfiguration with type ${type} becomes ${event}`, async () => {
      const id = `catalogId:itemId:C0FFEE${type}`;
      await call(await shop(42), 'shareConfiguration', id, 'customer@example.com', type);
      const data = checkPost(await eventOf(id), event, id);
      assert.ok(new URL(data.url).searchParams.get('id') === id, data.url);
    });
  }

  for (const [type, event] of [[11, 'email.shareConfiguration'], [12, 'email.shareConfigurationAR'],
    [13, 'email.savedConfiguration']]) {
    it(`sharePlanSnapshot with type ${type} becomes ${event}`, async () => {
      const id = `ps_snapshot${type}`;
      await call(await shop(42), 'sharePlanSnapshot', id, 'customer@example.com', type);
      checkPost(await eventOf(id), event, id);
    });
  }

  for (const id of ['catalogId:itemId:3D', 'ps_snapshot3D']) {
    it(`export3D of ${id} becomes email.3DExportAsset, with where the file is`, async () => {
      await call(await shop(42), 'export3D', id, 'customer@example.com', 'glb');
      const data = checkPost(await eventOf(id), 'email.3DExportAsset', id);
      assert.match(data.resultUrl, /^https:\/\/.+glb/);
    });
  }

  it('a failing endpoint\'s customer gets the Roomle email', async () => {
    const id = 'catalogId:itemId:FA11';
    await call(await shop(43), 'shareConfiguration', id, 'customer@example.com', 3);
    const { deliveries } = await simulator.get('/sim/v1/deliveries?tenant=43');
    assert.equal(deliveries.length, 1);
    const delivery = deliveries[0].id;
    const end = await simulator.outcomeOf(delivery);
    assert.equal(end.outcome, 'mailed');
    assert.equal(end.attempts, 1);
    assert.equal(failing.posts.length, 1);
    assert.equal(failing.posts[0].body.data.configurationId, id);

    const folder = join(simulator.folder, 'data/mail/new');
    const files = await readdir(folder);
    assert.deepEqual(files.map((name) => name.startsWith(delivery)), [true], files.join(' '));
    const mail = await readFile(join(folder, files[0]), 'utf8');
    assert.match(mail, /^To: .*customer@example\.com/m);
    const { mails } = await simulator.get(`/sim/v1/mails?delivery=${delivery}`);
    assert.equal(mails.length, 1);
  });

  it('getTenant gives the tenant of an id, and nothing that is not for customers', async () => {
    const tenant = await call(await shop(42), 'getTenant', 42);
    assert.equal(tenant.id, 42);
    assert.equal(tenant.name, 'acme');
    assert.equal(tenant.label, 'Acme Furniture');
    assert.equal(tenant.webhook, undefined);
    assert.equal(tenant.apiKey, undefined);
  });

  it('getTenant without an id gives the client\'s own tenant', async () => {
    assert.equal((await call(await shop(42), 'getTenant')).id, 42);
    assert.equal((await call(await shop(undefined), 'getTenant')).id, 9);
  });

  it('a tenant that is not there is an error in the client', async () => {
    await assert.rejects(call(await shop(42), 'getTenant', 4711));
  });

  it('the page has asked for nothing beyond this machine', async () => {
    assert.deepEqual(browser.outside(), []);
    assert.deepEqual(site.missing, []);
    const [page] = browser.context.pages();
    const reached = await page.evaluate(() =>
      fetch('http://outside.example/', { mode: 'no-cors' }).then(() => true, () => false));
    assert.equal(reached, false);
    assert.deepEqual(browser.outside(), ['http://outside.example/'], 'the list is blind');
  });
});

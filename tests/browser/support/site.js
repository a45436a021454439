// A web site on the loopback: one page, and the vendor's package as it was installed.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join, normalize } from 'node:path';

const manifest = createRequire(import.meta.url).resolve('@roomle/web-sdk/package.json');
const packageFolder = dirname(manifest);
const types = { '.js': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };

// `main` carries a hash of its content in its name.
async function page() {
  const { main } = JSON.parse(await readFile(manifest, 'utf8'));
  return `<!DOCTYPE html><title>a shop</title><link rel="icon" href="data:,">
<script type="module">
import RoomleSdk from '/sdk/${main}';
window.RoomleSdk = RoomleSdk;
</script>`;
}

async function answer(path) {
  if (path === '/') return { type: 'text/html', body: await page() };
  // For tests that want nothing but an origin, or "null".
  const blank = { type: 'text/html', body: '<!DOCTYPE html><title>elsewhere</title><link rel="icon" href="data:,">' };
  if (path === '/blank') return blank;
  if (path === '/sandboxed') return { ...blank, policy: 'sandbox allow-scripts allow-forms' };
  if (!path.startsWith('/sdk/')) return undefined;
  const file = normalize(join(packageFolder, path.slice('/sdk/'.length)));
  if (!file.startsWith(packageFolder)) return undefined;
  return { type: types[extname(file)] ?? 'application/octet-stream', body: await readFile(file) };
}

export class Site {
  static async start() {
    const site = new Site();
    site.missing = [];
    site.server = createServer(async (request, response) => {
      const path = new URL(request.url, 'http://site').pathname;
      const found = await answer(path).catch(() => undefined);
      if (!found) site.missing.push(path);
      response.setHeader('Content-Type', found?.type ?? 'text/plain');
      if (found?.policy) response.setHeader('Content-Security-Policy', found.policy);
      response.writeHead(found ? 200 : 404);
      response.end(found?.body);
    });
    site.server.listen(0, '127.0.0.1');
    await once(site.server, 'listening');
    site.port = site.server.address().port;
    site.url = `http://127.0.0.1:${site.port}`;
    return site;
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

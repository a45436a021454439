// A tenant's endpoint, written without any of the simulator's code: what it makes of a token is a
// second opinion.
import { createDecipheriv } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

export class Endpoint {
  // Answers everything with `status`.
  static async start(status) {
    const endpoint = new Endpoint();
    endpoint.posts = [];
    endpoint.waiting = [];
    endpoint.server = createServer(async (request, response) => {
      const pieces = [];
      for await (const piece of request) pieces.push(piece);
      const text = Buffer.concat(pieces).toString('utf8');
      endpoint.posts.push({
        method: request.method, path: request.url, headers: request.headers, text, body: JSON.parse(text) });
      response.writeHead(status, { 'Content-Length': 0 }).end();
      endpoint.waiting = endpoint.waiting.filter((look) => !look());
    });
    endpoint.server.listen(0, '127.0.0.1');
    await once(endpoint.server, 'listening');
    endpoint.url = `http://127.0.0.1:${endpoint.server.address().port}/roomle`;
    return endpoint;
  }

  // The first POST for which `wanted(post)` holds, as soon as it is there.
  post(wanted) {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.posts.find(wanted);
        if (found) resolve(found);
        return found !== undefined;
      };
      if (!look()) this.waiting.push(look);
    });
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

// What a token of algorithm 01 says: AES-128-CBC with PKCS padding under the secret's own bytes.
// That the IV stands before the ciphertext is the simulator's default (docs/tokens.md).
export function readToken(token, secret) {
  const [, algorithm, base64] = /^(\d\d)-([A-Za-z0-9+/]+=*)$/.exec(token);
  if (algorithm !== '01') throw new Error(`a token of algorithm ${algorithm}`);
  const bytes = Buffer.from(base64, 'base64');
  const cipher = createDecipheriv('aes-128-cbc', Buffer.from(secret), bytes.subarray(0, 16));
  const plaintext = Buffer.concat([cipher.update(bytes.subarray(16)), cipher.final()]).toString('utf8');
  const [timestamp, session, apiKey] = plaintext.split(';');
  return { timestamp, session, apiKey };
}

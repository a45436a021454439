// `roomle-sim serve` beside a test, as a user runs it, and its own API.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const program = process.env.PROGRAM;

// The blocks of a stream of server-sent events, as { event, data }.
async function* serverSentEvents(body) {
  let text = '';
  for await (const bytes of body.pipeThrough(new TextDecoderStream())) {
    text += bytes;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      yield { event: field('event'), data: field('data') };
    }
  }
}

export class Simulator {
  // `tenants`: the content of the tenants file.
  static async start(tenants, flags = []) {
    if (!program) throw new Error('PROGRAM must say where roomle-sim is; ./dev browser does that');
    const simulator = new Simulator();
    simulator.folder = await mkdtemp(join(tmpdir(), 'roomle-sim-browser-'));
    const file = join(simulator.folder, 'tenants.json');
    await writeFile(file, JSON.stringify(tenants));
    simulator.process = spawn(
      program,
      ['serve', '--json', '-q', '--port', '0', '--tenants', file, '--data', join(simulator.folder, 'data'), ...flags],
      { stdio: ['ignore', 'pipe', 'inherit'] });
    simulator.exited = once(simulator.process, 'exit');
    const lines = createInterface(simulator.process.stdout);
    const first = await Promise.race([once(lines, 'line'), simulator.exited]);
    const ready = typeof first[0] === 'string' ? JSON.parse(first[0]) : {};
    if (ready.type !== 'ready') throw new Error(`roomle-sim serve did not get ready: ${first}`);
    lines.resume();  // what it tells later is read, and not looked at
    simulator.url = ready.url;
    simulator.port = ready.port;
    await simulator.follow();
    return simulator;
  }

  // Keeps the end of each delivery, from the live stream.
  async follow() {
    this.ends = [];
    this.waiting = [];
    this.ended = new AbortController();
    const answer = await fetch(`${this.url}/sim/v1/stream`, { signal: this.ended.signal });
    if (answer.status !== 200) throw new Error(`/sim/v1/stream answers ${answer.status}`);
    this.following = (async () => {
      for await (const { event, data } of serverSentEvents(answer.body)) {
        if (event !== 'ended') continue;
        this.ends.push(JSON.parse(data));
        this.waiting = this.waiting.filter((look) => !look());
      }
    })().catch((error) => {
      if (!this.ended.signal.aborted) throw error;
    });
  }

  // How that delivery ends: {outcome, attempts, …}.
  outcomeOf(delivery) {
    return new Promise((resolve) => {
      const look = () => {
        const end = this.ends.find((one) => one.delivery === delivery);
        if (end) resolve(end);
        return end !== undefined;
      };
      if (!look()) this.waiting.push(look);
    });
  }

  // As curl would ask: no page, no Origin.
  async get(path) {
    const answer = await fetch(this.url + path);
    if (answer.status !== 200) throw new Error(`GET ${path} answers ${answer.status}: ${await answer.text()}`);
    return answer.headers.get('content-type').startsWith('application/json') ? answer.json() : answer.text();
  }

  async stop() {
    this.ended.abort();
    await this.following;
    this.process.kill('SIGTERM');
    await this.exited;
    await rm(this.folder, { recursive: true });
  }
}

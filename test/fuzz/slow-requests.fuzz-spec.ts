import { setTimeout as sleep } from 'node:timers/promises';
import { describeWith, requireRedis } from '@etcd-kloset/testing';
import { openRaw, parseAnswer, type RawAnswer, requestText } from '../e2e/support/fuzz/raw-request.ts';
import { TestSystem } from '../e2e/support/services/test-system.ts';

const HUNDRED = 100;
const JSON_TYPE = { 'Content-Type': 'application/json' };

await describeWith(requireRedis(), 'requests that come slowly', (redisServer) => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await TestSystem.start({ redisServer, stores: ['main'] });
    await system.run('api');
  });
  afterAll(() => system.stop());

  /** Sends a byte each second after the beginning, until it is answered. */
  async function drip(beginning: string | Buffer): Promise<RawAnswer> {
    const socket = openRaw(system.apiUrl, beginning);
    let answer = '';
    socket.on('data', (piece: Buffer) => (answer += piece.toString()));
    socket.on('error', () => undefined);
    while (!socket.destroyed && answer === '') {
      await sleep(1000);
      socket.write('x');
    }
    socket.destroy();
    return parseAnswer(answer);
  }

  it('end with a problem, headers and bodies, and hold up nobody', async () => {
    const post = { method: 'POST', key: system.apiKey };
    const beginnings = {
      headers: 'GET /v1/version HTTP/1.1\r\nHost: x\r\nX: ',
      body: requestText('/v1/clusters', { ...post, headers: { ...JSON_TYPE, 'Content-Length': 1000 } }),
    };
    const slow = Object.values(beginnings).flatMap((beginning) =>
      Array.from({ length: HUNDRED }, () => drip(beginning)),
    );
    const asking = new AbortController();
    const others = (async () => {
      while (!asking.signal.aborted) {
        const { status } = await fetch(`${system.apiUrl}/healthz`);
        expect(status).toBe(200);
        await sleep(3000);
      }
    })();
    const answers = await Promise.all(slow);
    asking.abort();
    await others;
    for (const answer of answers) {
      expect(answer).toEqual({ status: 408, type: 'application/problem+json', code: 'http.too-slow' });
    }
  });
});

import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { sendParts } from './send-parts.ts';

const MIB = 1024 * 1024;

describe('the parts of an answer', () => {
  let server: Server;
  let send: (response: ServerResponse) => Promise<void>;
  let sent: Promise<void>;
  beforeAll(async () => {
    server = createServer((_request, response) => {
      sent = send(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());
  const port = (): number => (server.address() as AddressInfo).port;

  let closed: number;
  beforeEach(() => {
    closed = 0;
  });
  async function* many(count: number): AsyncGenerator<Uint8Array> {
    try {
      for (let at = 0; at < count; at++) yield await Promise.resolve(new Uint8Array(MIB + 1).fill(at));
    } finally {
      closed++;
    }
  }

  it('come whole and in order', async () => {
    send = (response) => sendParts(response, many(8));
    const got = new Uint8Array(await (await fetch(`http://127.0.0.1:${port()}/`)).arrayBuffer());
    expect(got.byteLength).toBe(8 * (MIB + 1));
    expect([0, MIB, MIB + 1, 5 * (MIB + 1), got.byteLength - 1].map((at) => got[at])).toEqual([
      0, 0, 1, 5, 7,
    ]);
    expect(closed).toBe(1);
  });

  it.each(['goes', 'takes nothing'])('are not made any more for somebody who %s', async (does) => {
    send = (response) => sendParts(response, many(1000), { patienceMs: 200 });
    const socket = connect(port(), '127.0.0.1').on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.pause();
    await once(server, 'request');
    if (does === 'goes') socket.destroy();
    await sent;
    expect(closed).toBe(1);
    socket.destroy();
  });
});

import { connect, type Socket } from 'node:net';

/** Bytes as they go over the wire, for what no client sends. Resolves with all that came back when the connection ends. */
export function sendRaw(url: string, bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = openRaw(url, bytes);
    const pieces: Buffer[] = [];
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    // Whoever is refused while it still sends is reset; the answer has come before.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (!['ECONNRESET', 'EPIPE'].includes(error.code ?? '')) reject(error);
    });
    socket.on('close', () => resolve(Buffer.concat(pieces).toString('latin1')));
  });
}

/** A connection on which these bytes were sent, and nothing is read unless somebody does. */
export function openRaw(url: string, bytes: string | Uint8Array): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  return socket;
}

export interface RawRequest {
  readonly method?: string;
  readonly key?: string | undefined;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string | Uint8Array;
}

/** A request of HTTP/1.1 as text, after which the connection is closed. */
export function requestText(target: string, { method = 'GET', key, headers = {}, body }: RawRequest): Buffer {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    ...(key === undefined ? [] : [`Authorization: Bearer ${key}`]),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body ?? '')]);
}

export interface RawAnswer {
  readonly status: number;
  readonly type: string | undefined;
  /** Of a problem. */
  readonly code: string | undefined;
}

/** The last answer of a connection: others are of the kind `100 Continue`. */
export function parseAnswer(text: string): RawAnswer {
  const [last = ''] = text.split(/(?=HTTP\/1\.1 \d)/).slice(-1);
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(last)?.[1]),
    type: /^content-type: ([^;\r]*)/im.exec(last)?.[1],
    code: /"code":"([^"]*)"/.exec(last)?.[1],
  };
}

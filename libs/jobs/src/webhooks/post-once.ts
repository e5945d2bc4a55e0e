import http, { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { type LookupFunction, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { JobsError } from '../errors.ts';

export interface PostLimits {
  /** Until the connection stands: name, TCP, TLS. Default: 5 s. */
  readonly connectMs: number;
  /** Until the answer's head is there. Default: that for all of it. */
  readonly answerMs: number;
  /** For all of it. Default: 20 s. */
  readonly wholeMs: number;
  /** Of the answer's body: what is more is not read. Default: 64 KiB. */
  readonly answerBytes: number;
}

const LIMITS = { connectMs: 5_000, wholeMs: 20_000, answerBytes: 65_536 };

export interface PostOptions {
  readonly body: Uint8Array;
  readonly headers: OutgoingHttpHeaders;
  readonly lookup: LookupFunction;
  readonly ca?: string | Uint8Array | undefined;
  readonly limits?: Partial<PostLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PostedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/**
 * One POST over a connection of its own: no redirect, no proxy, nothing kept alive. Its status is the answer; the body
 * is read so that the server can finish, up to a limit, and dropped.
 */
export function postOnce(url: URL, options: PostOptions): Promise<PostedAnswer> {
  const limits: Omit<PostLimits, 'answerMs'> & Partial<PostLimits> = { ...LIMITS, ...options.limits };
  const { signal, lookup, headers, ca } = options;
  const common = { method: 'POST', headers, lookup, signal };
  // Agents of our own: those of the process may be told by its environment to go through a proxy.
  const request =
    url.protocol === 'https:'
      ? https.request(url, { ...common, agent: new https.Agent(), ca: pem(ca), rejectUnauthorized: true })
      : http.request(url, { ...common, agent: new http.Agent() });

  return new Promise((resolve, reject) => {
    const limit = (ms: number, what: string) => setTimeout(() => request.destroy(tooSlow(url, what, ms)), ms);
    const connecting = limit(limits.connectMs, 'connect');
    const answering = limit(limits.answerMs ?? limits.wholeMs, 'answer');
    const whole = limit(limits.wholeMs, 'finish');
    const done = (): void => [connecting, answering, whole].forEach((timer) => clearTimeout(timer));

    let known: PostedAnswer | undefined;
    request.once('socket', (socket) => onceConnected(socket, () => clearTimeout(connecting)));
    request.once('close', done);
    request.on('error', (error) => {
      // With the status known, nothing that happens to the answer's body changes it.
      if (known !== undefined) resolve(known);
      else reject(signal?.aborted === true ? (signal.reason as Error) : error);
    });
    request.once('response', (answer) => {
      clearTimeout(answering);
      known = { status: answer.statusCode!, headers: answer.headers };
      let bytes = 0;
      answer.on('error', () => undefined);
      answer.on('data', (piece: Buffer) => {
        bytes += piece.byteLength;
        if (bytes > limits.answerBytes) request.destroy();
      });
      answer.once('close', () => resolve(known!));
    });
    request.end(options.body);
  });
}

function onceConnected(socket: Socket, connected: () => void): void {
  socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', connected);
}

function pem(bytes: string | Uint8Array | undefined): string | Buffer | undefined {
  return bytes instanceof Uint8Array ? Buffer.from(bytes) : bytes;
}

function tooSlow(url: URL, what: string, ms: number): JobsError {
  return new JobsError('webhook.timeout', `${url.host} took more than ${ms / 1000} s to ${what}.`, {
    retryable: true,
    context: { host: url.host },
  });
}

import { randomUUID } from 'node:crypto';
import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { type Duplex } from 'node:stream';
import { type Stop } from '@etcd-kloset/platform';
import { ApiError } from '../api-error.ts';
import { problemOf } from './problem-of.ts';

const HEADERS_MS = 15_000;
/** All of a request, its body too; an answer may take as long as it likes. */
const REQUEST_MS = 60_000;
/** Longer than the minute for which most proxies keep a connection: they, not we, close it. */
const KEEP_ALIVE_MS = 65_000;

/** Limits on what a connection may do before a request is one, and its end when the service ends. */
export function guardConnections(server: Server, stop: Pick<Stop, 'asked' | 'now'>): void {
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxHeadersCount = 100;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuse(error, socket));
  // Node would refuse these itself, without a word: `requireSoundRequest` does it with a problem.
  Object.assign(server, { requireHostHeader: false });
  // What is expected besides `100-continue` means nothing (RFC 9110, 10.1.1 lets it be passed over).
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  closeIdleWhen(server, stop.asked);
  stop.now.addEventListener('abort', () => server.closeAllConnections());
}

/**
 * Ends connections on which nothing is asked, then and from then on: those too that never asked anything, which
 * `closeIdleConnections` leaves alone.
 */
function closeIdleWhen(server: Server, asked: AbortSignal): void {
  const answering = new Map<Socket, number>();
  server.on('connection', (socket) => {
    answering.set(socket, 0);
    socket.once('close', () => answering.delete(socket));
  });
  server.on('request', ({ socket }, response: ServerResponse) => {
    answering.set(socket, (answering.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (answering.get(socket) ?? 1) - 1;
      if (answering.has(socket)) answering.set(socket, left);
      if (asked.aborted && left === 0) socket.end();
    });
  });
  asked.addEventListener('abort', () => {
    for (const [socket, count] of answering) if (count === 0) socket.end();
  });
}

/** What is no HTTP gets an answer that is. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { problem } = problemOf(errorOf(error.code), randomUUID());
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

function errorOf(code: string | undefined): ApiError {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new ApiError('http.headers-too-large', 'The headers of the request are too large.');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ApiError('http.too-slow', 'The request did not come in time.');
  }
  return new ApiError('http.malformed', 'This is no HTTP/1.1 request.');
}

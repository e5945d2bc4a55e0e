import net, { type Socket } from 'node:net';
import tls from 'node:tls';
import { type EndpointAddress } from './endpoint-address.ts';

/**
 * What else a port might speak, asked after a connection to it has failed. No secret is sent, so that it does not
 * matter who answers.
 */

const LIMIT_MS = 1000;
/** RFC 9113, 3.4: how a client opens HTTP/2, with an empty SETTINGS frame. */
const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
const FRAME_TYPE_AT = 3;
const SETTINGS = 4;

export function speaksTls({ host, port }: EndpointAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = tls.connect({ host, port, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    const settle = settler(socket, resolve);
    socket.once('secureConnect', () => settle(true));
    // An alert is an answer in TLS, too.
    socket.on('error', (error: NodeJS.ErrnoException) => settle(error.code?.includes('_ALERT_') ?? false));
  });
}

export function speaksHttp2WithoutTls({ host, port }: EndpointAddress): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port }, () => socket.write(HTTP2_PREFACE));
    const settle = settler(socket, resolve);
    socket.once('data', (answer) => settle(answer[FRAME_TYPE_AT] === SETTINGS));
    socket.on('error', () => settle(false));
  });
}

function settler(socket: Socket, resolve: (answer: boolean) => void): (answer: boolean) => void {
  const settle = (answer: boolean) => {
    socket.destroy();
    resolve(answer);
  };
  socket.setTimeout(LIMIT_MS, () => settle(false));
  socket.once('close', () => settle(false));
  return settle;
}

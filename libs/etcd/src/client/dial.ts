import { type EventEmitter } from 'node:events';
import http2, { type ClientHttp2Session } from 'node:http2';
import net, { type Socket } from 'node:net';
import tls from 'node:tls';
import { cancelled } from './cancellation.ts';
import { type EndpointSettings, type EtcdTls } from './connection.ts';
import { type DialStage, dialFailure, dialTimeout } from './dial-failure.ts';
import { addressKey, type EndpointAddress } from './endpoint-address.ts';
import { EtcdError } from './etcd-error.ts';
import { loadSecureContext } from './tls-files.ts';

/**
 * What a member may send before we have read it, on a stream and on a connection. HTTP/2 has 64 KiB by default,
 * and that halves the speed of a snapshot even on loopback.
 */
const WINDOW_BYTES = 16 * 1024 * 1024;

/**
 * Connects, shakes hands and exchanges HTTP/2 settings. Whatever goes wrong, no socket is left behind.
 *
 * @param settings `tls` undefined: without TLS
 * @throws EtcdError that says how far it got
 */
export async function dial(
  address: EndpointAddress,
  settings: Pick<EndpointSettings, 'tls' | 'dialTimeoutMs' | 'signal'>,
): Promise<ClientHttp2Session> {
  const { dialTimeoutMs, signal } = settings;
  const secureContext = settings.tls && (await loadSecureContext(settings.tls));
  if (signal.aborted) throw cancelled(signal);

  let stage: DialStage = 'dialling';
  let cause: Error | undefined;
  const end = Promise.withResolvers<never>();
  end.promise.catch(() => undefined);
  const within = <Result>(step: Promise<Result>) => Promise.race([step, end.promise]);
  const abort = () => end.reject(cancelled(signal));
  signal.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(() => end.reject(dialTimeout(address, stage, dialTimeoutMs)), dialTimeoutMs);

  const socket = net.connect({ host: address.host, port: address.port, noDelay: true });
  // The first error is the cause; what the layers above say of it, if they hear of it at all, is its echo.
  const note = (error: Error) => {
    cause ??= error;
    end.reject(error);
  };
  socket.on('error', note);
  try {
    await within(eventOf(socket, 'connect'));
    stage = 'connected';
    let transport = socket;
    if (settings.tls !== undefined) {
      transport = tls.connect({ socket, secureContext, ...handshakeOptions(address, settings.tls) });
      transport.on('error', note);
      await within(eventOf(transport, 'secureConnect'));
      stage = 'secured';
    }
    const session = openSession(address, transport, stage === 'secured' ? 'https' : 'http');
    // In TLS 1.3 the member judges our certificate only now.
    await within(eventOf(session, 'remoteSettings'));
    session.setLocalWindowSize(WINDOW_BYTES);
    return session;
  } catch (error) {
    socket.destroy();
    if (error instanceof EtcdError) throw error;
    throw await dialFailure(cause ?? (error as Error), address, stage, settings.tls);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

function handshakeOptions({ host }: EndpointAddress, settings: EtcdTls): tls.ConnectionOptions {
  const name = settings.serverName ?? host;
  return {
    // RFC 6066 has no IP addresses as server names.
    servername: net.isIP(name) === 0 ? name : '',
    checkServerIdentity: (_, certificate) => tls.checkServerIdentity(name, certificate),
    rejectUnauthorized: settings.insecureSkipVerify !== true,
    ALPNProtocols: ['h2'],
  };
}

function openSession(
  address: EndpointAddress,
  transport: Socket,
  scheme: 'http' | 'https',
): ClientHttp2Session {
  const session = http2.connect(`${scheme}://${addressKey(address)}`, {
    createConnection: () => transport,
    settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
    // The windows bound what is buffered; this second bound only makes Node refuse streams.
    maxSessionMemory: 1024,
  });
  // Node does not tell a session of every end of what it runs on, such as one by a TLS alert.
  transport.once('error', (error) => session.destroy(error));
  transport.once('close', () => session.destroy());
  // A session that fails also closes: whoever uses it looks at that.
  session.on('error', () => undefined);
  return session;
}

function eventOf(emitter: EventEmitter, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    emitter.once(name, resolve);
    emitter.once('error', reject);
    emitter.once('close', () => reject(new Error('the connection was closed')));
  });
}

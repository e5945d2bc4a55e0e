import { CallCredentials, ChannelCredentials, type experimental } from '@grpc/grpc-js';
import net, { type Socket } from 'node:net';
import tls from 'node:tls';
import { type EtcdTls } from './connection.ts';
import { type EndpointAddress } from './endpoint-address.ts';
import { EtcdError } from './etcd-error.ts';
import { describeTlsFailure } from './tls-failure.ts';
import { loadSecureContext } from './tls-files.ts';

/** How far the newest attempt to connect got: grpc-js itself keeps only a sentence of it. */
export interface ConnectProgress {
  /** `ready` is set by whoever sees the channel ready, and ends the attempt. */
  stage: 'dialling' | 'connected' | 'secured' | 'ready';
  failure: EtcdError | undefined;
}

/**
 * Makes the connections of one endpoint in place of grpc-js's own credentials, because those read certificates
 * once, drop the reason why a handshake failed, and send an IP address as the TLS server name, which RFC 6066
 * forbids and Node warns of.
 */
export class EndpointCredentials extends ChannelCredentials {
  readonly #address: EndpointAddress;
  readonly #tls: EtcdTls | undefined;
  readonly #progress: ConnectProgress;

  /** @param settings undefined: without TLS. */
  constructor(address: EndpointAddress, settings: EtcdTls | undefined, progress: ConnectProgress) {
    super();
    this.#address = address;
    this.#tls = settings;
    this.#progress = progress;
  }

  override _isSecure(): boolean {
    return this.#tls !== undefined;
  }

  override _equals(other: ChannelCredentials): boolean {
    return other === this;
  }

  override _createSecureConnector(): experimental.SecureConnector {
    const sockets = new Set<Socket>();
    return {
      connect: (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        return this.#connect(socket);
      },
      waitForReady: () => Promise.resolve(),
      getCallCredentials: () => CallCredentials.createEmpty(),
      // grpc-js itself lets go of a handshake that never ends, and leaves the socket open.
      destroy: () => {
        for (const socket of sockets) socket.destroy();
      },
    };
  }

  async #connect(socket: Socket): Promise<experimental.SecureConnectResult> {
    this.#progress.stage = 'connected';
    if (this.#tls === undefined) return { socket, secure: false };
    try {
      const secured = await this.#secure(socket, this.#tls);
      this.#progress.stage = 'secured';
      return { socket: secured, secure: true };
    } catch (error) {
      throw this.#note(error);
    }
  }

  async #secure(socket: Socket, settings: EtcdTls): Promise<tls.TLSSocket> {
    const secureContext = await loadSecureContext(settings);
    const name = settings.serverName ?? this.#address.host;
    return new Promise((resolve, reject) => {
      const secured = tls.connect({
        socket,
        secureContext,
        servername: net.isIP(name) === 0 ? name : '',
        checkServerIdentity: (_, certificate) => tls.checkServerIdentity(name, certificate),
        rejectUnauthorized: settings.insecureSkipVerify !== true,
        ALPNProtocols: ['h2'],
      });
      secured.once('secureConnect', () => resolve(secured));
      // In TLS 1.3 the server judges the client's certificate after the handshake: its alert comes later.
      secured.on('error', (error) => reject(this.#note(error)));
      secured.once('close', () => reject(this.#note(new Error('the connection was closed'))));
    });
  }

  /** The first failure of an attempt is its cause; what follows is its echo. */
  #note(error: unknown): EtcdError {
    const failure =
      error instanceof EtcdError
        ? error
        : describeTlsFailure(error as NodeJS.ErrnoException, {
            endpoint: this.#address.text,
            expectedName: this.#tls?.serverName ?? this.#address.host,
            clientCertificate: this.#tls?.certFile,
            caFile: this.#tls?.caFile,
          });
    if (this.#progress.stage !== 'ready') this.#progress.failure ??= failure;
    return failure;
  }
}

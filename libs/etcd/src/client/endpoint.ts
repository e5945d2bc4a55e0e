import {
  Client,
  connectivityState,
  Metadata,
  type ClientReadableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { describeCallFailure } from './call-failure.ts';
import { dialFailure, dialTimeout } from './dial-failure.ts';
import { type EndpointSettings, type EtcdTls } from './connection.ts';
import { type ConnectProgress, EndpointCredentials } from './credentials.ts';
import { addressKey, type EndpointAddress } from './endpoint-address.ts';
import { EtcdError } from './etcd-error.ts';
import { type Method } from './wire/messages.ts';

export interface CallOptions {
  readonly token?: string | undefined;
  /** Fail at once when the member sees no leader, instead of waiting for one. */
  readonly requireLeader?: boolean;
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
}

export interface MessageStream {
  readonly messages: ClientReadableStream<Buffer>;
  readonly describe: (error: ServiceError) => Promise<EtcdError>;
}

/** grpc-js's default window of 64 KiB halves the speed of a snapshot even on loopback. */
const WINDOW_BYTES = 16 * 1024 * 1024;

const CHANNEL_OPTIONS = {
  'grpc-node.flow_control_window': WINDOW_BYTES,
  'grpc.max_receive_message_length': -1,
  // A retry inside grpc-js would hide which endpoint failed, and buffers what it may send again.
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  // No TXT lookups: etcd publishes no service config.
  'grpc.service_config_disable_resolution': 1,
  // A proxy named in the environment is for the way out to the stores; etcd is inside.
  'grpc.enable_http_proxy': 0,
  'grpc.use_local_subchannel_pool': 1,
};

/** One address at which a member listens, and the connection to it: made when needed, and made again. */
export class Endpoint {
  readonly address: EndpointAddress;
  readonly #settings: EndpointSettings;
  readonly #tls: EtcdTls | undefined;
  #client: Client | undefined;
  #progress: ConnectProgress = { stage: 'dialling', failure: undefined };
  /** What came of the newest call: true, an answer; false, no way to get one; undefined before the first. */
  answers: boolean | undefined;

  constructor(address: EndpointAddress, settings: EndpointSettings) {
    this.address = address;
    this.#settings = settings;
    this.#tls = (address.secure ?? settings.tls !== undefined) ? (settings.tls ?? {}) : undefined;
  }

  /** @throws EtcdError of any code that concerns a call */
  async call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions,
  ): Promise<Response> {
    const connection = await this.#connect(options.signal);
    return method.decode(await this.#unary(connection, method.path, method.encode(request), options));
  }

  /** A stream of encoded messages. Its caller cancels it, and translates its errors with `describe`. */
  async stream(path: string, request: Buffer, options: CallOptions): Promise<MessageStream> {
    const connection = await this.#connect(options.signal);
    return {
      messages: connection.client.makeServerStreamRequest<Buffer, Buffer>(
        path,
        asIs,
        asIs,
        request,
        metadataOf(options),
      ),
      describe: (error) => this.#describe(error, connection, this.#settings.commandTimeoutMs, options.signal),
    };
  }

  #unary(connection: Connection, path: string, request: Buffer, options: CallOptions): Promise<Buffer> {
    const { signal, timeoutMs = this.#settings.commandTimeoutMs } = options;
    return new Promise((resolve, reject) => {
      if (signal.aborted) throw cancelled(signal);
      const call = connection.client.makeUnaryRequest<Buffer, Buffer>(
        path,
        asIs,
        asIs,
        request,
        metadataOf(options),
        { deadline: Date.now() + timeoutMs },
        (error, response) => {
          signal.removeEventListener('abort', cancel);
          if (error === null) {
            this.answers = true;
            resolve(response!);
          } else {
            this.#describe(error, connection, timeoutMs, signal).then(reject, reject);
          }
        },
      );
      const cancel = () => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  /** Whether it speaks TLS. */
  get secure(): boolean {
    return this.#tls !== undefined;
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  /** Resolves when the channel is ready, or has failed so that a call on it tells why at once. */
  async #connect(signal: AbortSignal): Promise<Connection> {
    const deadline = Date.now() + this.#settings.dialTimeoutMs;
    for (;;) {
      if (signal.aborted) throw cancelled(signal);
      // Another call may have given up on the client that this one was waiting for.
      const client = (this.#client ??= this.#open());
      const state = client.getChannel().getConnectivityState(true);
      if (state === connectivityState.READY) {
        this.#progress.stage = 'ready';
        this.#progress.failure = undefined;
        return { client, ready: true };
      }
      if (this.#progress.stage === 'ready') this.#progress.stage = 'dialling';
      if (state === connectivityState.TRANSIENT_FAILURE) return { client, ready: false };
      if (Date.now() >= deadline) {
        this.answers = false;
        const error = dialTimeout(this.address, this.#progress, this.#settings.dialTimeoutMs);
        this.#forget(client);
        throw error;
      }
      await changeOf(client, state, deadline, signal);
    }
  }

  #open(): Client {
    this.#progress = { stage: 'dialling', failure: undefined };
    const credentials = new EndpointCredentials(this.address, this.#tls, this.#progress);
    return new Client(`dns:${addressKey(this.address)}`, credentials, CHANNEL_OPTIONS);
  }

  /** The next call connects anew, without grpc-js's pause after a failure. */
  #forget(client: Client): void {
    client.close();
    if (this.#client === client) this.#client = undefined;
  }

  async #describe(
    error: ServiceError,
    { client, ready }: Connection,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<EtcdError> {
    if (signal.aborted) return cancelled(signal);
    if (ready) {
      const failure = describeCallFailure(error, { endpoint: this.address.text, timeoutMs });
      this.answers = failure.code !== 'etcd.timeout' && failure.code !== 'etcd.unreachable';
      return failure;
    }
    this.answers = false;
    const progress = this.#progress;
    this.#forget(client);
    return dialFailure(error, this.address, progress);
  }
}

interface Connection {
  readonly client: Client;
  /** Whether the channel was connected when the call began: if not, the call fails for want of a connection. */
  readonly ready: boolean;
}

export function cancelled(signal: AbortSignal): EtcdError {
  return new EtcdError('etcd.cancelled', 'Talking to etcd was cancelled.', {
    cause: signal.reason,
  });
}

/** Waits until the channel leaves `state`, the deadline passes or the signal fires: the caller looks which. */
function changeOf(
  client: Client,
  state: connectivityState,
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    client.getChannel().watchConnectivityState(state, deadline, done);
  });
}

function metadataOf({ token, requireLeader }: CallOptions): Metadata {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('token', token);
  if (requireLeader === true) metadata.set('hasleader', 'true');
  return metadata;
}

function asIs(bytes: Buffer): Buffer {
  return bytes;
}

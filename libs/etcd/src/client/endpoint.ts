import { type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';
import { cancelled } from './cancellation.ts';
import { describeCallFailure } from './call-failure.ts';
import { type EndpointSettings } from './connection.ts';
import { dial } from './dial.ts';
import { type EndpointAddress } from './endpoint-address.ts';
import { EtcdError } from './etcd-error.ts';
import { type Call, startCall } from './grpc/call.ts';
import { GRPC, type GrpcStatus } from './grpc/status.ts';
import { onlyMessage } from './grpc/unary.ts';
import { type Method } from './wire/messages.ts';

export interface CallOptions {
  readonly token?: string | undefined;
  /** Fail at once when the member sees no leader, instead of waiting for one. */
  readonly requireLeader?: boolean;
  readonly timeoutMs?: number;
}

/** One address at which a member listens, and the connection to it: made when needed, and made again. */
export class Endpoint {
  readonly address: EndpointAddress;
  readonly #settings: EndpointSettings;
  #connection: Promise<Connection> | undefined;
  /** What came of the newest call: true, an answer; false, no way to get one; undefined before the first. */
  answers: boolean | undefined;

  constructor(address: EndpointAddress, settings: EndpointSettings) {
    this.address = address;
    const secure = address.secure ?? settings.tls !== undefined;
    this.#settings = { ...settings, tls: secure ? (settings.tls ?? {}) : undefined };
  }

  /** Whether it speaks TLS. */
  get secure(): boolean {
    return this.#settings.tls !== undefined;
  }

  /** @throws EtcdError of any code that concerns a call */
  async call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Response> {
    const { timeoutMs = this.#settings.commandTimeoutMs } = options;
    const call = await this.start(method.path, method.encode(request), { ...options, timeoutMs });
    const parts: Buffer[] = [];
    call.answer.on('data', (part: Buffer) => parts.push(part));
    const status = await withDeadline(call.status, timeoutMs);
    if (status.code !== GRPC.OK) {
      call.cancel();
      throw this.describe(status, timeoutMs);
    }
    this.answers = true;
    return method.decode(onlyMessage(Buffer.concat(parts)));
  }

  /** A call whose answer is for the caller to read, and whose status to {@link describe}. */
  async start(path: string, request: Buffer, options: CallOptions): Promise<Call> {
    const connection = await this.#connected();
    const { signal } = this.#settings;
    if (signal.aborted) throw cancelled(signal);
    const { session } = connection;
    const call = startCall(session, path, request, metadataOf(options));
    signal.addEventListener('abort', call.cancel, { once: true });
    // An idle connection must not keep the process alive.
    if (++connection.calls === 1) session.ref();
    void call.status.then(() => {
      signal.removeEventListener('abort', call.cancel);
      if (--connection.calls === 0) session.unref();
    });
    return call;
  }

  describe(status: GrpcStatus, timeoutMs = this.#settings.commandTimeoutMs): EtcdError {
    const { signal } = this.#settings;
    if (signal.aborted) return cancelled(signal);
    const failure = describeCallFailure(status, { endpoint: this.address.text, timeoutMs });
    this.answers = failure.code !== 'etcd.timeout' && failure.code !== 'etcd.unreachable';
    return failure;
  }

  close(): void {
    this.#connection?.then(
      ({ session }) => session.destroy(),
      () => undefined,
    );
    this.#connection = undefined;
  }

  /** One connection for all calls: whoever comes while it is made waits for it, too. */
  async #connected(): Promise<Connection> {
    for (let attempt = 1; attempt <= 2; attempt++) {
      const connecting = (this.#connection ??= this.#connect());
      const connection = await connecting;
      // A member that stops says so before it closes: what is under way may end, nothing new may begin.
      if (!connection.session.closed && !connection.session.destroyed) return connection;
      if (this.#connection === connecting) this.#connection = undefined;
    }
    this.answers = false;
    const endpoint = this.address.text;
    throw new EtcdError('etcd.unreachable', `${endpoint} closes each connection as soon as it is made.`, {
      advice: 'Check whether this member is stopping, or whether something stands before it.',
      retryable: true,
      context: { endpoint },
    });
  }

  async #connect(): Promise<Connection> {
    try {
      const session = await dial(this.address, this.#settings);
      session.unref();
      return { session, calls: 0 };
    } catch (error) {
      this.answers = false;
      this.#connection = undefined;
      throw error;
    }
  }
}

interface Connection {
  readonly session: ClientHttp2Session;
  /** How many are under way. */
  calls: number;
}

async function withDeadline(status: Promise<GrpcStatus>, timeoutMs: number): Promise<GrpcStatus> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<GrpcStatus>((resolve) => {
    timer = setTimeout(() => resolve({ code: GRPC.DEADLINE_EXCEEDED, details: '' }), timeoutMs);
  });
  try {
    return await Promise.race([status, late]);
  } finally {
    clearTimeout(timer);
  }
}

function metadataOf({ token, requireLeader, timeoutMs }: CallOptions): OutgoingHttpHeaders {
  return {
    ...(token !== undefined && { token }),
    ...(requireLeader === true && { hasleader: 'true' }),
    // The member stops working on what nobody waits for any more.
    ...(timeoutMs !== undefined && { 'grpc-timeout': `${Math.ceil(timeoutMs / 1000)}S` }),
  };
}

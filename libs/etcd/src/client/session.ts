import { setTimeout as sleep } from 'node:timers/promises';
import { type EtcdAuth } from './connection.ts';
import { type CallOptions, type Endpoint } from './endpoint.ts';
import { allFailed, EtcdError, type EtcdErrorCode } from './etcd-error.ts';
import { AUTHENTICATE, type Method } from './wire/messages.ts';

export type CallSettings = Pick<CallOptions, 'requireLeader' | 'timeoutMs'>;

/** A member that was just told of a token by its leader may need a moment to apply it. */
const TOKEN_ATTEMPTS = 3;
const TOKEN_PAUSE_MS = 100;

/** These concern one endpoint: another may do better. */
const WORTH_ASKING_ANOTHER: ReadonlySet<EtcdErrorCode> = new Set([
  'etcd.unreachable',
  'etcd.timeout',
  'etcd.tls',
  'etcd.no-leader',
  'etcd.learner',
  'etcd.unsupported',
  'etcd.bad-response',
  'etcd.failed',
]);

/** Who we are to the cluster: one token for all members, asked for again when it has expired. */
export class Session {
  readonly #auth: EtcdAuth | undefined;
  readonly #endpoints: readonly Endpoint[];
  #token: string | undefined;
  #renewal: Promise<void> | undefined;

  constructor(auth: EtcdAuth | undefined, endpoints: readonly Endpoint[]) {
    this.#auth = auth;
    this.#endpoints = endpoints;
  }

  /** Whether calls carry a token: not without a user, nor when the cluster has authentication off. */
  get authenticated(): boolean {
    return this.#token !== undefined;
  }

  /** Gets a token if there is a user. A cluster without authentication is taken as it is, as etcdctl does. */
  async authenticate(): Promise<void> {
    if (this.#auth !== undefined && this.#token === undefined) await this.#renew(undefined);
  }

  call<Request, Response>(
    endpoint: Endpoint,
    method: Method<Request, Response>,
    request: Request,
    settings: CallSettings = {},
  ): Promise<Response> {
    return this.withToken(endpoint, (token) => endpoint.call(method, request, { ...settings, token }));
  }

  /** Asks the given endpoints in turn, those first that answered last time, until one succeeds. */
  async callAny<Request, Response>(
    action: string,
    method: Method<Request, Response>,
    request: Request,
    settings: CallSettings = {},
  ): Promise<Response> {
    return tryEach(action, byPromise(this.#endpoints), (endpoint) =>
      this.call(endpoint, method, request, settings),
    );
  }

  /** Runs `work` again with a new token when the endpoint refuses the one it had. */
  async withToken<Result>(
    endpoint: Endpoint,
    work: (token: string | undefined) => Promise<Result>,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      const token = this.#token;
      try {
        return await work(token);
      } catch (error) {
        if (this.#auth === undefined || !asksForToken(error) || attempt === TOKEN_ATTEMPTS) throw error;
        if (attempt > 1) await sleep(TOKEN_PAUSE_MS);
        if (this.#token === token) await this.#renew(endpoint);
      }
    }
  }

  /** Simple tokens live in the memory of each member: the one that refused it is asked first. */
  #renew(refusing: Endpoint | undefined): Promise<void> {
    const others = byPromise(this.#endpoints).filter((endpoint) => endpoint !== refusing);
    this.#renewal ??= this.#askForToken(refusing === undefined ? others : [refusing, ...others]).finally(
      () => (this.#renewal = undefined),
    );
    return this.#renewal;
  }

  async #askForToken(endpoints: readonly Endpoint[]): Promise<void> {
    try {
      const { token } = await tryEach('authenticate', endpoints, (endpoint) =>
        endpoint.call(AUTHENTICATE, this.#auth!, { requireLeader: true }),
      );
      this.#token = token;
    } catch (error) {
      if (!(error instanceof EtcdError) || error.context['reason'] !== 'not-enabled') throw error;
      this.#token = undefined;
    }
  }
}

async function tryEach<Result>(
  action: string,
  endpoints: readonly Endpoint[],
  work: (endpoint: Endpoint) => Promise<Result>,
): Promise<Result> {
  const failures: EtcdError[] = [];
  for (const endpoint of endpoints) {
    try {
      return await work(endpoint);
    } catch (error) {
      if (!(error instanceof EtcdError) || !WORTH_ASKING_ANOTHER.has(error.code)) throw error;
      failures.push(error);
    }
  }
  throw allFailed(action, failures);
}

function byPromise(endpoints: readonly Endpoint[]): Endpoint[] {
  const rank = ({ answers }: Endpoint) => (answers === undefined ? 1 : answers ? 0 : 2);
  return endpoints.toSorted((one, other) => rank(one) - rank(other));
}

function asksForToken(error: unknown): boolean {
  if (!(error instanceof EtcdError) || error.code !== 'etcd.auth') return false;
  const { reason } = error.context;
  return reason === 'token-invalid' || reason === 'user-missing';
}

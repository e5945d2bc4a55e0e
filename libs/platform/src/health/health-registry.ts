import { describeError, isKlosetError } from '@etcd-kloset/errors';
import { withoutSecrets } from '../logs/secrets.ts';

export interface CheckOptions {
  /** A check that takes longer has failed. Default: 3 s. */
  readonly timeoutMs?: number;
  /** An answer is good for so long: probes come from many sides. Default: 2 s. */
  readonly freshMs?: number;
}

export interface ReadinessOptions extends CheckOptions {
  /** Whether the process is not ready while this fails; otherwise it is only told. */
  readonly critical: boolean;
}

export type CheckDetails = Readonly<Record<string, string | number | boolean>>;

/** Resolves, with details if it likes, when all is well; throws what is wrong. */
export type HealthCheck = (signal: AbortSignal) => Promise<CheckDetails | undefined>;

export interface CheckReport {
  readonly status: 'ok' | 'failed';
  readonly critical: boolean;
  /** Of what failed: its code, and a sentence without secrets. */
  readonly code?: string;
  readonly message?: string;
  readonly details?: CheckDetails;
}

export interface HealthReport {
  readonly status: 'ok' | 'failed';
  readonly checks: Readonly<Record<string, CheckReport>>;
}

/** What a process needs from elsewhere (`ready`), and what it is made of (`live`); each part has a name. */
export interface HealthRegistry {
  /** Something that this process needs, such as Redis or a store. @returns what takes it back. */
  readiness(name: string, check: HealthCheck, options: ReadinessOptions): () => void;
  /** A part of this process that must run, such as a worker's loop: if it does not, only a restart helps. */
  liveness(name: string, check: HealthCheck, options?: CheckOptions): () => void;
  ready(): Promise<HealthReport>;
  live(): Promise<HealthReport>;
}

const TIMEOUT_MS = 3000;
const FRESH_MS = 2000;

export function createHealthRegistry(): HealthRegistry {
  const readiness = new Map<string, Check>();
  const liveness = new Map<string, Check>();
  return {
    readiness: (name, check, { critical, ...options }) =>
      register(readiness, name, createCheck(name, check, critical, options)),
    liveness: (name, check, options = {}) =>
      register(liveness, name, createCheck(name, check, true, options)),
    ready: () => report(readiness),
    live: () => report(liveness),
  };
}

type Check = () => Promise<CheckReport>;

function register(checks: Map<string, Check>, name: string, check: Check): () => void {
  if (checks.has(name)) throw new Error(`there are two health checks called ${name}`);
  checks.set(name, check);
  return () => {
    if (checks.get(name) === check) checks.delete(name);
  };
}

async function report(checks: ReadonlyMap<string, Check>): Promise<HealthReport> {
  const reports = await Promise.all([...checks].map(async ([name, check]) => [name, await check()] as const));
  const bad = reports.some(([, { status, critical }]) => status === 'failed' && critical);
  return { status: bad ? 'failed' : 'ok', checks: Object.fromEntries(reports) };
}

/** Asked by many at once, it looks once; for a while the answer is the same. */
function createCheck(
  name: string,
  check: HealthCheck,
  critical: boolean,
  { timeoutMs = TIMEOUT_MS, freshMs = FRESH_MS }: CheckOptions,
): Check {
  let running: Promise<CheckReport> | undefined;
  let last: CheckReport | undefined;
  let lookedAt = 0;
  return () => {
    if (last !== undefined && performance.now() - lookedAt < freshMs) return Promise.resolve(last);
    running ??= look(name, check, timeoutMs).then((found) => {
      last = { ...found, critical };
      lookedAt = performance.now();
      running = undefined;
      return last;
    });
    return running;
  };
}

async function look(
  name: string,
  check: HealthCheck,
  timeoutMs: number,
): Promise<Omit<CheckReport, 'critical'>> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${name} did not answer within ${timeoutMs / 1000} s.`));
      controller.abort();
    }, timeoutMs);
  });
  try {
    const details = await Promise.race([check(controller.signal), late]);
    return details === undefined ? { status: 'ok' } : { status: 'ok', details };
  } catch (error) {
    const code = isKlosetError(error) ? { code: error.code } : {};
    return { status: 'failed', ...code, message: withoutSecrets(describeError(error)) };
  } finally {
    clearTimeout(timer);
  }
}

import { describeError, isKlosetError } from '@etcd-kloset/errors';
import { withoutSecrets } from '../logs/secrets.ts';

export interface CheckOptions {
  /** A check that takes longer has failed. Default: 3 s. */
  readonly timeoutMs?: number;
  /** An answer is good for so long: probes come from many sides. Default: 2 s. */
  readonly freshMs?: number;
}

export type CheckDetails = Readonly<Record<string, string | number | boolean>>;

/** Resolves, with details if it likes, when all is well; throws what is wrong. */
export type HealthCheck = (signal: AbortSignal) => Promise<CheckDetails | undefined>;

export interface CheckReport {
  /** `unknown` until it has been looked at. */
  readonly status: 'ok' | 'failed' | 'unknown';
  /** Of what failed: its code, and a sentence without secrets. */
  readonly code?: string;
  readonly message?: string;
  readonly details?: CheckDetails;
}

const TIMEOUT_MS = 3000;
const FRESH_MS = 2000;

/** Asked by many at once, it looks once; for a while the answer is the same. */
export function createCheck(
  name: string,
  check: HealthCheck,
  { timeoutMs = TIMEOUT_MS, freshMs = FRESH_MS }: CheckOptions,
): { look: () => Promise<CheckReport>; last: () => CheckReport } {
  let running: Promise<CheckReport> | undefined;
  let last: CheckReport = { status: 'unknown' };
  let staleAt = -Infinity;
  return {
    last: () => last,
    look() {
      if (performance.now() < staleAt) return Promise.resolve(last);
      running ??= lookOnce(name, check, timeoutMs).then((found) => {
        last = found;
        staleAt = performance.now() + freshMs;
        running = undefined;
        return found;
      });
      return running;
    },
  };
}

async function lookOnce(name: string, check: HealthCheck, timeoutMs: number): Promise<CheckReport> {
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

import { type CheckOptions, type CheckReport, createCheck, type HealthCheck } from './check.ts';

export interface ReadinessOptions extends CheckOptions {
  /** Whether the process is not ready while this fails; otherwise it is only told. */
  readonly critical: boolean;
}

export interface HealthReport {
  readonly status: 'ok' | 'failed';
  readonly checks: Readonly<Record<string, CheckReport & { readonly critical: boolean }>>;
}

/** What a process needs from elsewhere (`ready`), and what it is made of (`live`); each part has a name. */
export interface HealthRegistry {
  /** Something that this process needs, such as Redis or a store. @returns what takes it back. */
  readiness(name: string, check: HealthCheck, options: ReadinessOptions): () => void;
  /** A part of this process that must run, such as a worker's loop: if it does not, only a restart helps. */
  liveness(name: string, check: HealthCheck, options?: CheckOptions): () => void;
  /** Waits for what is critical only: probes have little time, and the rest changes nothing. */
  ready(): Promise<HealthReport>;
  live(): Promise<HealthReport>;
}

interface Registered {
  readonly critical: boolean;
  readonly look: () => Promise<CheckReport>;
  readonly last: () => CheckReport;
}

export function createHealthRegistry(): HealthRegistry {
  const readiness = new Map<string, Registered>();
  const liveness = new Map<string, Registered>();
  return {
    readiness: (name, check, { critical, ...options }) =>
      register(readiness, name, { critical, ...createCheck(name, check, options) }),
    liveness: (name, check, options = {}) =>
      register(liveness, name, { critical: true, ...createCheck(name, check, options) }),
    ready: () => reportOf(readiness),
    live: () => reportOf(liveness),
  };
}

function register(checks: Map<string, Registered>, name: string, check: Registered): () => void {
  if (checks.has(name)) throw new Error(`there are two health checks called ${name}`);
  checks.set(name, check);
  return () => {
    if (checks.get(name) === check) checks.delete(name);
  };
}

async function reportOf(checks: ReadonlyMap<string, Registered>): Promise<HealthReport> {
  const reports = await Promise.all(
    [...checks].map(async ([name, { critical, look, last }]) => {
      const found = look();
      return [name, { critical, ...(critical ? await found : last()) }] as const;
    }),
  );
  const isBad = reports.some(([, { status, critical }]) => critical && status === 'failed');
  return { status: isBad ? 'failed' : 'ok', checks: Object.fromEntries(reports) };
}

import { setTimeout as sleep } from 'node:timers/promises';
import { type BackupResult } from '@etcd-kloset/jobs';

/** The replicas of the API, and a key for them. */
export interface Replicas {
  readonly urls: readonly string[];
  readonly key: string;
}

export interface JobAnswer {
  readonly id: string;
  readonly cluster: string;
  readonly store: string;
  readonly state: 'delayed' | 'queued' | 'running' | 'committed' | 'failed' | 'cancelled';
  readonly result?: BackupResult;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  /** When the question was sent that was answered, and when the answer came. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

const PATIENCE_MS = 4000;
const PAUSE_MS = 250;

/**
 * Asks one replica after the other, as a caller with some patience does, until one gives an answer that will not be
 * another one soon: not while it or Redis is away, nor while the first request with an `Idempotency-Key` is under way.
 */
export async function askApi<T>(
  { urls, key }: Replicas,
  method: 'GET' | 'POST',
  path: string,
  options: { readonly idempotencyKey?: string; readonly signal?: AbortSignal } = {},
): Promise<Answer<T>> {
  const { idempotencyKey, signal } = options;
  for (let turn = Math.floor(Math.random() * urls.length); ; turn++) {
    signal?.throwIfAborted();
    const sentAt = Date.now();
    const answer = await fetch(urls[turn % urls.length]! + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
      .then(async (response) => ({ status: response.status, body: (await response.json()) as T }))
      // Nobody is there, or it has died in the middle of its answer.
      .catch(() => undefined);
    if (answer !== undefined && isFinal(answer)) return { ...answer, sentAt, answeredAt: Date.now() };
    await sleep(PAUSE_MS);
  }
}

function isFinal({ status, body }: { readonly status: number; readonly body: unknown }): boolean {
  if (status === 500) throw new Error(`the API has failed: ${JSON.stringify(body)}`);
  if (status === 503 || status === 429) return false;
  return (body as { code?: string }).code !== 'idempotency.under-way';
}

import { type Context, context, createContextKey } from '@opentelemetry/api';

const LINKED = createContextKey('etcd-kloset.linked');
/** Chunks of one attempt that are part of its trace; more would make it too large to be looked at, or to be kept. */
export const CHUNKS_IN_TRACE = 32;

/**
 * Puts jobs of a large fan-out into queues: the first ones are part of the active trace, each further one begins a
 * trace of its own that links to it.
 *
 * @param sequence number of the job, from 0
 */
export function fanOut<T>(sequence: number, put: () => T): T {
  return sequence < CHUNKS_IN_TRACE ? put() : context.with(withLink(context.active()), put);
}

export function isLinked(at: Context): boolean {
  return at.getValue(LINKED) === true;
}

export function withLink(at: Context): Context {
  return at.setValue(LINKED, true);
}

export function withoutLink(at: Context): Context {
  return at.deleteValue(LINKED);
}

import { type Boot } from '@etcd-kloset/platform';
import { type Background, keepRunning } from './keep-running.ts';

/** What is written over the API is in Redis at once; this is for what came about otherwise, such as a store put back. */
const EVERY_MS = 5 * 60_000;

/**
 * Makes the copy in Redis of the clusters' definitions anew from the stores: at the start, and now and then. Tells
 * what is wrong with them, once while it stays the same.
 */
export function keepRegistry({ log, registry }: Pick<Boot, 'log' | 'registry'>): Background {
  let told = new Set<string>();
  return keepRunning({ name: 'registry', log, everyMs: EVERY_MS }, async () => {
    const problems = await registry.rebuild();
    for (const { message, ...problem } of problems) {
      if (told.has(message)) continue;
      const what =
        problem.kind === 'unreachable'
          ? 'The definitions of clusters in a store cannot be read.'
          : 'A definition of a cluster is not as it should be.';
      log.warn(what, { ...problem, reason: message });
    }
    told = new Set(problems.map(({ message }) => message));
  });
}

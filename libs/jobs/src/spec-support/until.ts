import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `look` gives something that is neither false nor undefined; Jest's own limit ends it otherwise. */
export async function until<Result>(
  look: () => Promise<Result | false | undefined> | Result | false | undefined,
): Promise<Result> {
  for (;;) {
    const result = await look();
    if (result !== false && result !== undefined) return result;
    await sleep(10);
  }
}

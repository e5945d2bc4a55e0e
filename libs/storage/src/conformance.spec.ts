import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { type Check, conformanceChecks, runCheck } from './conformance.ts';
import { claimed } from './conformance/testing/fault.ts';
import { listFaults } from './conformance/testing/list-faults.ts';
import { putFaults } from './conformance/testing/put-faults.ts';
import { readFaults } from './conformance/testing/read-faults.ts';
import { type LocalPlace, localPlace } from './local/testing/local-place.ts';

/**
 * The suite is itself tested: against storages that are sound but for one fault each. A check that no fault can
 * make fail would prove nothing.
 */
const faults = [...putFaults, ...readFaults, ...listFaults];
function checkTitled(part: string): Check {
  const found = Object.values(conformanceChecks)
    .flat()
    .filter((check) => check.title.includes(part));
  if (found.length !== 1) throw new Error(`${found.length} checks are titled ${part}`);
  return found[0]!;
}

/** Where flushing costs nothing, if there is such a place: this is about the suite, not about the disk. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

describe('the conformance suite', () => {
  it('has a fault below for each check that starts no process of its own', () => {
    const unproven = Object.values(conformanceChecks)
      .flat()
      .map(({ title }) => title)
      .filter((title) => !faults.some(({ foundBy }) => title.includes(foundBy)));
    expect(unproven.sort()).toEqual([
      'lets exactly one of two processes create each object',
      'shows only whole objects to those who read while a writer works',
      'shows only whole objects, and all that were acknowledged, when writers are killed in mid-put',
      'takes an object again whose put was cut off',
    ]);
  });

  it('finds nothing wrong with a sound storage, by the same means', async () => {
    for (const title of new Set(faults.map(({ foundBy }) => foundBy))) {
      await runCheck(checkTitled(title), () => localPlace(memory), claimed);
    }
  }, 120_000);

  it.each(faults)(
    'fails a storage that $does',
    async ({ foundBy, broken }) => {
      const check = checkTitled(foundBy);
      const factory = async (): Promise<LocalPlace> => {
        const place = await localPlace(memory);
        return { ...place, open: async () => broken(await place.open(), place) };
      };
      await expect(runCheck(check, factory, claimed)).rejects.toThrow();
    },
    120_000,
  );
});

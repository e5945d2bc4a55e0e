import { randomInt } from 'node:crypto';
import { describeWith, requireEtcd, requireSchemathesis } from '@etcd-kloset/testing';
import { operationsOf, servedDocument } from '../e2e/support/fuzz/document.ts';
import { type FuzzSystem, startFuzzSystem } from '../e2e/support/fuzz/fuzz-system.ts';
import { livelyDocument } from '../e2e/support/fuzz/lively-document.ts';
import { fuzz } from '../e2e/support/fuzz/schemathesis.ts';

/**
 * Other requests each time. What was found once is found again with
 *
 *   ETCD_KLOSET_FUZZ_SEED=<seed> npm run test:fuzz
 *
 * ETCD_KLOSET_FUZZ_EXAMPLES says how many requests of each operation are made up in each of its ten runs.
 */
const seed = Number(process.env['ETCD_KLOSET_FUZZ_SEED'] ?? randomInt(2 ** 31));
const examples = Number(process.env['ETCD_KLOSET_FUZZ_EXAMPLES'] ?? 50);

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;
const tools = Promise.all([requireSchemathesis(), requireEtcd('3.5')]);

await describeWith(tools, `the API, seed ${seed}`, ([schemathesis]) => {
  let fuzzed: FuzzSystem;
  let requested = 0;
  beforeAll(async () => {
    fuzzed = await startFuzzSystem();
  });
  afterAll(async () => {
    console.log(`seed ${seed}: ${requested} requests; at most ${Math.round(fuzzed.api.peakRss() / MIB)} MiB`);
    await fuzzed.stop();
  });
  afterEach(() => {
    expect(fuzzed.api.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  const who = ['admin', 'operator', 'viewer', 'red', undefined] as const;
  const keyOf = (key: (typeof who)[number]): object => (key === undefined ? {} : { key: fuzzed.keys[key] });

  it.each(who)(
    'does what its document says, for %s',
    async (key) => {
      const document = await livelyDocument(fuzzed, key);
      const phases = ['coverage', 'fuzzing', 'stateful'] as const;
      const common = { url: fuzzed.url, document, seed, ...keyOf(key) };
      const { tested, requests } = await fuzz(schemathesis, {
        ...common,
        mode: 'positive',
        phases,
        examples,
      });
      requested += requests;
      expect(tested).toBe(operationsOf(document).length);
    },
    HOUR_MS,
  );

  it.each(who)(
    'refuses what its document does not say, from %s',
    async (key) => {
      const document = await servedDocument(fuzzed);
      const phases = ['coverage', 'fuzzing'] as const;
      const common = { url: fuzzed.url, document, seed, ...keyOf(key) };
      const { tested, requests } = await fuzz(schemathesis, {
        ...common,
        mode: 'negative',
        phases,
        examples,
      });
      requested += requests;
      expect(tested).toBe(operationsOf(document).length);
    },
    HOUR_MS,
  );

  it('stays within its memory', () => {
    // Two snapshots are decrypted at a time, each with threads of its own: that is most of it.
    expect(fuzzed.api.peakRss()).toBeLessThan(600 * MIB);
  });
});

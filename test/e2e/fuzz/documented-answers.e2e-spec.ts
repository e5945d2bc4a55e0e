import { describeWith, requireEtcd, requireSchemathesis } from '@etcd-kloset/testing';
import { labelsOf, operationsOf, servedDocument } from '../support/fuzz/document.ts';
import { type FuzzSystem, startFuzzSystem } from '../support/fuzz/fuzz-system.ts';
import { livelyDocument } from '../support/fuzz/lively-document.ts';
import { fuzz } from '../support/fuzz/schemathesis.ts';

/** Always the same: what is found here was broken by the change at hand. `npm run test:fuzz` takes new ones. */
const seed = 1;

const tools = Promise.all([requireSchemathesis(), requireEtcd('3.5')]);

await describeWith(tools, 'the API', ([schemathesis]) => {
  let fuzzed: FuzzSystem;
  beforeAll(async () => {
    fuzzed = await startFuzzSystem();
  });
  afterAll(() => fuzzed.stop());
  afterEach(() => {
    expect(fuzzed.api.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('does what its document says, request by request and one after the other', async () => {
    const document = await livelyDocument(fuzzed);
    const { tested, accepted } = await fuzz(schemathesis, {
      ...{ url: fuzzed.url, key: fuzzed.keys.admin, document, seed },
      ...{ mode: 'positive', phases: ['coverage', 'stateful'], examples: 20 },
    });
    expect(tested).toBe(operationsOf(document).length);
    // Jobs that have been committed are not cancelled or repeated; those that go on do not go on for long.
    const never = ['cancelJob', 'retryJob'];
    const expected = labelsOf(document, ({ operationId }) => !never.includes(operationId));
    expect(expected.filter((operation) => !accepted.includes(operation))).toEqual([]);
  });

  it('refuses what its document does not say, in words of its document', async () => {
    const document = await servedDocument(fuzzed);
    const { tested, requests } = await fuzz(schemathesis, {
      ...{ url: fuzzed.url, key: fuzzed.keys.admin, document, seed },
      ...{ mode: 'negative', phases: ['coverage'], examples: 1 },
    });
    expect(tested).toBe(operationsOf(document).length);
    expect(requests).toBeGreaterThan(20 * tested);
  });

  it.each([
    ['a viewer', 'viewer', 'Any key may.'],
    ['nobody', undefined, undefined],
  ] as const)('does for %s what its document says, and no more', async (_whom, key, allowed) => {
    const document = await livelyDocument(fuzzed);
    const { tested, accepted } = await fuzz(schemathesis, {
      ...{ url: fuzzed.url, document, seed, ...(key === undefined ? {} : { key: fuzzed.keys[key] }) },
      ...{ mode: 'positive', phases: ['fuzzing'], examples: 5 },
    });
    expect(tested).toBe(operationsOf(document).length);
    const may = labelsOf(
      document,
      ({ security, description = '' }) =>
        security?.length === 0 || (allowed !== undefined && description.includes(allowed)),
    );
    expect(accepted).toEqual(may.sort());
  });
});

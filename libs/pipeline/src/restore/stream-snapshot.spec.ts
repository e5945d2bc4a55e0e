import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { jest } from '@jest/globals';
import { addEpoch, credentialRing, issueWriterCredential, ownerRing } from '@etcd-kloset/kloset';
import { importFile } from '../backup/import-file.ts';
import { etcdFile } from '../spec-support/etcd-file.ts';
import { Scratch } from '../spec-support/scanned-file.ts';
import { boundStorage, makeTestStore, type TestStore } from '../spec-support/test-store.ts';
import { openSnapshot } from './opened-snapshot.ts';
import { restoreToFile } from './restore-to-file.ts';
import { streamSnapshot } from './stream-snapshot.ts';

let scratch: Scratch;
let test: TestStore;
let file: Buffer;
let listening: jest.SpiedFunction<Worker['on']>;
beforeAll(async () => {
  scratch = new Scratch();
  test = await makeTestStore();
  const writes = Array.from({ length: 10_000 }, (_, i) => ({
    main: 10 + i,
    key: `/k/${i % 100}`,
    value: Buffer.alloc(400, i),
  }));
  await importFile({
    store: test.cluster.store,
    ring: test.ring,
    cluster: 'prod',
    file: scratch.named('some.db', etcdFile(writes)),
    skipHashCheck: true,
  });
  const snapshot = await openSnapshot(test.cluster.store, test.ring, 'latest');
  const target = path.join(scratch.folder, 'restored.db');
  await restoreToFile(snapshot, target);
  file = readFileSync(target);
});
beforeEach(() => (listening = jest.spyOn(Worker.prototype, 'on')));
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await test.remove();
  scratch.remove();
});

const open = (signal?: AbortSignal, store = test.cluster.store) =>
  streamSnapshot(store, test.ring, 'latest', 'prod', signal);
/** Threads that run, of those that were started since the test began. */
const running = (): number =>
  [...new Set(listening.mock.contexts as Worker[])].filter(({ threadId }) => threadId !== -1).length;

describe('a snapshot that is streamed', () => {
  it('is the file that a restore writes, in parts that are the receiver’s own', async () => {
    const { summary, size, parts } = await open();
    const all: Uint8Array[] = [];
    // None is looked at before all are there.
    for await (const part of parts) all.push(part);
    const bytes = Buffer.concat(all);
    expect(bytes.equals(file)).toBe(true);
    expect(size).toBe(file.length);
    expect(summary).toMatchObject({ cluster: 'prod', rows: { total: 10_000 } });
    expect(hash('sha256', bytes.subarray(0, -32))).toBe(bytes.subarray(-32).toString('hex'));
    expect(running()).toBe(0);
  });

  it('ends its threads when it is not read to its end, or not at all', async () => {
    const left = await open();
    for await (const part of left.parts) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
    expect(running()).toBe(0);
    const unread = await open();
    await unread.close();
    await unread.close();
    expect(running()).toBe(0);
  });

  it('ends with the reason when the signal comes, in the middle too', async () => {
    const reason = new Error('the client has gone');
    await expect(open(AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const { parts } = await open(controller.signal);
    const reading = (async () => {
      for await (const part of parts) if (part.length > 0) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    expect(running()).toBe(0);
  });

  it('ends with it while the store does not answer', async () => {
    const reason = new Error('the client has gone');
    const controller = new AbortController();
    const asked = Promise.withResolvers<undefined>();
    const storage = {
      ...boundStorage(test.storage),
      get: () => {
        asked.resolve(undefined);
        return new Promise<never>(() => undefined);
      },
    };
    const opening = open(controller.signal, { ...test.cluster.store, storage });
    opening.catch(() => undefined);
    await asked.promise;
    controller.abort(reason);
    await expect(opening).rejects.toBe(reason);
    expect(running()).toBe(0);
  });

  it('is refused without the owner’s key, and when there is no such snapshot', async () => {
    const { store } = test.cluster;
    const writer = credentialRing(issueWriterCredential(test.bundle));
    await expect(streamSnapshot(store, writer, 'latest', 'prod')).rejects.toMatchObject({
      code: 'key.needs-owner',
    });
    await expect(streamSnapshot(store, test.ring, '1999', 'prod')).rejects.toMatchObject({
      code: 'snapshot.not-found',
    });
    // Old snapshots open with the keys of today.
    const old = await streamSnapshot(store, ownerRing(addEpoch(test.bundle)), 'latest', undefined);
    await old.close();
    expect(running()).toBe(0);
  });
});

import { hash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { isStorageError } from '@etcd-kloset/storage';
import { KlosetStoreError } from '../errors.ts';
import { encodeBlocksPayload } from '../format/blocks-payload.ts';
import { encodeBucketsPayload } from '../format/buckets-payload.ts';
import { chunkName, newId, noteName, snapshotName, STORE_FILE, tableName } from '../format/names.ts';
import { encodeRowsPayload, type PayloadSections } from '../format/rows-payload.ts';
import { encodeMap, type NeededObject } from '../format/snapshot-map.ts';
import { encodeSummary } from '../format/summary.ts';
import { encodeTable } from '../format/table.ts';
import { type ChunkKind } from '../objects/chunk-object.ts';
import { encodeHeader, FORMAT_VERSION } from '../objects/header.ts';
import { sealObject } from '../objects/metadata-object.ts';
import { pack } from '../objects/packed.ts';
import { sealMetadata, withTrailer } from '../seal/index.ts';
import { sealedObject, type SealedObject } from '../store/cluster.ts';
import { decodeStoreFile } from '../store/store-file.ts';
import { checkStore } from './check-store.ts';
import { damage } from './testing/damage.ts';
import { mutation, type Mutation } from './testing/mutations.ts';
import { rawRows, someRows } from './testing/plain-rows.ts';
import { putChunk, putSnapshot, type SnapshotParts } from './testing/put-snapshot.ts';
import { makeTestStore, type TestStore } from './testing/test-store.ts';

/**
 * Objects that were made with the right keys, and have right digests, seals and trailers, but whose content is
 * anything: what somebody with a stolen key could put into a store.
 */
describe('a check of objects that were made to break it', () => {
  let test: TestStore;
  let base: SnapshotParts;
  const rows = someRows(2, 40);

  beforeAll(async () => {
    test = await makeTestStore();
    base = await putSnapshot(test, {
      cluster: 'one',
      chunks: [rows],
      attachment: 'file',
      time: new Date('2026-01-01T00:00:00Z'),
    });
  });
  afterAll(() => test.remove());

  /** The check ends, and neither blames the sound snapshot nor passes over the other one without a reason. */
  const check = async (): Promise<void> => {
    const { problems } = await checkStore(test, { ring: test.ring, readData: true, note: false });
    for (const { neededBy } of problems) expect(neededBy).not.toContain(base.summary.id);
  };
  const putRaw = async (name: string, parts: readonly Uint8Array[], work: () => Promise<void>) => {
    await writeFile(path.join(test.folder, name), Buffer.concat(parts));
    try {
      await work();
    } finally {
      await test.storage.delete(name);
    }
  };
  const each = (numRuns: number, run: (mutate: Mutation) => Promise<void>) =>
    fc.assert(fc.asyncProperty(mutation, run), { numRuns });

  it('survives any table', () =>
    each(30, async (mutate) => {
      const what = { magic: 'KLT', kind: 'table', id: '' } as const;
      const plain = mutate(Buffer.concat(encodeTable(base.sections)));
      const table = sealedObject(sealObject(test.ring, base.cluster.id, what, [plain]));
      await withSnapshot({ table }, check);
    }));

  it('survives any chunk', () => {
    const payloads: Record<ChunkKind, PayloadSections> = {
      rows: encodeRowsPayload(rawRows(rows)),
      buckets: encodeBucketsPayload([
        {
          name: Buffer.from('meta'),
          sequence: 1n,
          rows: [{ key: Buffer.from('k'), value: Buffer.from('v') }],
        },
      ]),
      blocks: encodeBlocksPayload([{ number: 0, bytes: Buffer.from('file') }]),
    };
    const kinds = fc.constantFrom<ChunkKind>('rows', 'buckets', 'blocks');
    return fc.assert(
      fc.asyncProperty(kinds, mutation, fc.constantFrom('index', 'values'), async (kind, mutate, section) => {
        const payload = payloads[kind];
        const chunk = await putChunk(base.cluster, kind, { ...payload, [section]: mutate(payload[section]) });
        await withSnapshot({ chunk: { kind, ...chunk } }, check);
        await test.storage.delete(chunkName(base.cluster.id, chunk.digest));
      }),
      { numRuns: 45 },
    );
  });

  it('survives any summary, map and list of needed objects', () => {
    const parts = fc.constantFrom('summary', 'map', 'list', 'record');
    return fc.assert(
      fc.asyncProperty(parts, mutation, async (part, mutate) => {
        const id = newId(new Date());
        const object = recordOf(id, part, mutate);
        await putRaw(snapshotName(base.cluster.id, id), object, check);
      }),
      { numRuns: 60 },
    );
  });

  it('survives any note and any name of a cluster', () =>
    each(20, async (mutate) => {
      const id = newId(new Date());
      const note = { format: 1, time: '2026-01-01T00:00:00Z', type: 'damaged', objects: ['00'] };
      const what = { magic: 'KLN', kind: 'note', id } as const;
      const plain = mutate(Buffer.from(JSON.stringify(note)));
      const name = { magic: 'KLG', kind: 'config', id: '00000002' } as const;
      await putRaw(
        `clusters/${base.cluster.id}/config/00000002`,
        sealObject(test.ring, base.cluster.id, name, [plain]),
        check,
      );
      await test.storage.put(
        noteName(base.cluster.id, id),
        sealObject(test.ring, base.cluster.id, what, [plain]),
      );
      await check();
      await test.storage.delete(noteName(base.cluster.id, id));
    }));

  it('survives bytes of any kind under a name that is their digest', () =>
    each(20, async (mutate) => {
      const { digest } = base.map.rowChunks[0]!;
      const sound = await test.storage.get(chunkName(base.cluster.id, digest));
      const changed = mutate(sound);
      // It would be deleted in the end.
      if (changed.equals(sound)) return;
      const name = hash('sha256', changed, 'hex');
      await test.storage.put(chunkName(base.cluster.id, name), changed);
      await withSnapshot({ chunk: { kind: 'rows', digest: name, size: changed.length } }, check);
      await test.storage.delete(chunkName(base.cluster.id, name));
    }));

  it('survives any kloset.json', async () => {
    const sound = await test.storage.get(STORE_FILE);
    await each(300, async (mutate) => {
      const changed = mutate(sound);
      if (changed.equals(sound)) return;
      expect(() => decodeStoreFile(changed, 'store')).toThrow(KlosetStoreError);
      await Promise.resolve();
    });
    // With a digest that is right for what it says.
    for (const [field, value] of [
      ['format', 0],
      ['store', '../../etc'],
      ['created', 5],
      ['suite', null],
    ] as const) {
      const file = { ...(JSON.parse(sound.toString()) as Record<string, unknown>), [field]: value };
      delete file['sha256'];
      const sha256 = hash('sha256', JSON.stringify(file), 'hex');
      const undo = await damage(test.folder, STORE_FILE, () =>
        Buffer.from(`${JSON.stringify({ ...file, sha256 })}\n`),
      );
      const result = await checkStore(test, { ring: test.ring }).catch((error: unknown) => {
        if (error instanceof KlosetStoreError || isStorageError(error)) return undefined;
        throw error;
      });
      expect(result?.sound ?? false).toBe(false);
      await undo();
    }
  });

  /** Puts a record like that of the sound snapshot, with one object in the place of another. */
  async function withSnapshot(
    changed: { table?: SealedObject; chunk?: { kind: ChunkKind; digest: string; size: number } },
    work: () => Promise<void>,
  ): Promise<void> {
    const { cluster, map, summary } = base;
    const id = newId(new Date());
    const { table, chunk } = changed;
    const swap = <T extends { digest: string; size: number }>(kind: ChunkKind, object: T): T =>
      chunk?.kind === kind ? { ...object, digest: chunk.digest, size: chunk.size } : object;
    const tables = table === undefined ? map.tables : [{ digest: table.digest, size: table.size }];
    const bucketChunks = map.bucketChunks.map((object) => swap('buckets', object));
    const rowChunks = map.rowChunks.map(({ objectSize, ...object }) => {
      const { size, ...swapped } = swap('rows', { ...object, size: objectSize });
      return { ...swapped, objectSize: size, table: tables[0]!.digest };
    });
    const file = base.summary.attachments[0]!;
    const attached = swap('blocks', {
      digest: file.chunks[0]!,
      size: base.needs.find(({ digest }) => digest === file.chunks[0])!.size,
    });
    const needs: NeededObject[] = [
      ...rowChunks.map(({ digest, objectSize }) => ({ kind: 'chunk' as const, digest, size: objectSize })),
      ...[...bucketChunks, attached].map((object) => ({ kind: 'chunk' as const, ...object })),
      ...tables.map((object) => ({ kind: 'table' as const, ...object })),
    ];
    const attachments = [{ ...file, chunks: [attached.digest] }];
    const record = seal(id, {
      summary: encodeSummary({ ...summary, id, attachments }),
      list: encodeNeeds(needs),
      map: encodeMap({ tables, rowChunks, bucketChunks }, needs),
    });
    const name = table && tableName(cluster.id, table.digest);
    if (name !== undefined) await test.storage.put(name, table!.parts);
    await putRaw(snapshotName(cluster.id, id), record, work);
    if (name !== undefined) await test.storage.delete(name);
  }

  function recordOf(id: string, part: string, mutate: Mutation): Uint8Array[] {
    const plain = {
      summary: encodeSummary({ ...base.summary, id }),
      map: encodeMap(base.map, base.needs),
      list: encodeNeeds(base.needs),
    };
    if (part === 'summary' || part === 'map' || part === 'list') {
      return seal(id, { ...plain, [part]: mutate(plain[part]) });
    }
    const whole = Buffer.concat(seal(id, plain));
    return withTrailer([mutate(whole.subarray(0, -32))]);
  }

  /** As `sealRecord` does it, for parts that are anything. */
  function seal(
    id: string,
    { summary, map, list }: { summary: Uint8Array; map: Uint8Array; list: Uint8Array },
  ): Uint8Array[] {
    const { ring, id: cluster } = base.cluster;
    const sealPart = (kind: string, partId: string, plain: Uint8Array): Uint8Array =>
      sealMetadata(
        {
          key: ring.metadataKey(cluster, ring.epoch),
          context: {
            format: FORMAT_VERSION,
            store: ring.store,
            cluster,
            kind,
            id: partId,
            epoch: ring.epoch,
          },
        },
        pack([plain]),
      );
    const sealed = [
      sealPart('snapshot-summary', id, summary),
      sealPart('snapshot-map', `${id}/${hash('sha256', list, 'hex')}`, map),
      list,
    ];
    const head = Buffer.alloc(21);
    head.set(encodeHeader('KLS', ring.epoch));
    sealed.forEach((bytes, i) => head.writeUInt32LE(bytes.length, 9 + i * 4));
    return withTrailer([head, ...sealed]);
  }
});

function encodeNeeds(needs: readonly NeededObject[]): Uint8Array {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value % 128) | 0x80, ...varint(Math.floor(value / 128))];
  return Buffer.concat([
    Buffer.from(varint(needs.length)),
    ...needs.flatMap(({ kind, digest, size }) => [
      Buffer.of(kind === 'chunk' ? 1 : 2),
      Buffer.from(digest, 'hex'),
      Buffer.from(varint(size)),
    ]),
  ]);
}

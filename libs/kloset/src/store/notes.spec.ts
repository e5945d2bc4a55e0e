import { damage, flipBit } from '../check/testing/damage.ts';
import { makeTestStore, type TestStore } from '../check/testing/test-store.ts';
import { noteName } from '../format/names.ts';
import { sealObject } from '../objects/metadata-object.ts';
import { codeOf } from '../spec-support/malformed-bytes.ts';
import { clusterByName, listCluster, type Cluster } from './cluster.ts';
import { damagedObjects, putNote, readNote } from './notes.ts';

let test: TestStore;
let cluster: Cluster;
beforeEach(async () => {
  test = await makeTestStore();
  cluster = clusterByName(test.store, test.ring, 'prod');
});
afterEach(() => test.remove());

const now = new Date('2026-11-24T19:31:45.123Z');
const digest = (digit: string): string => digit.repeat(64);

/** A note with any content. */
async function putPlain(plain: string): Promise<string> {
  const id = `20261124t19314512${String(Math.floor(Math.random() * 10))}z-9f86d081`;
  const parts = sealObject(test.ring, cluster.id, { magic: 'KLN', kind: 'note', id }, [Buffer.from(plain)]);
  await test.storage.put(noteName(cluster.id, id), parts);
  return id;
}

describe('notes of damaged objects', () => {
  it('come back as they were put', async () => {
    const id = await putNote(cluster, { type: 'damaged', objects: [digest('a')] }, now);
    expect(id).toMatch(/^20261124t193145123z-/);
    expect(await readNote(cluster, id)).toEqual({
      format: 1,
      type: 'damaged',
      time: now.toISOString(),
      objects: [digest('a')],
    });
    expect((await listCluster(cluster)).notes).toEqual([id]);
  });

  it('tell together what is damaged, and one that cannot be read is told of', async () => {
    const one = await putNote(cluster, { type: 'damaged', objects: [digest('a'), digest('b')] }, now);
    const other = await putNote(cluster, { type: 'damaged', objects: [digest('b'), digest('c')] }, now);
    const rotten = await putNote(cluster, { type: 'damaged', objects: [digest('d')] }, now);
    await damage(test.folder, noteName(cluster.id, rotten), (bytes) => flipBit(bytes, 30));
    const unreadable: unknown[] = [];
    const damaged = await damagedObjects(cluster, [one, other, rotten], (note, error) => {
      unreadable.push([note, (error as { code: string }).code]);
    });
    expect([...damaged].sort()).toEqual([digest('a'), digest('b'), digest('c')]);
    expect(unreadable).toEqual([[rotten, 'object.rotten']]);
  });

  it('do not open under another name', async () => {
    const id = await putNote(cluster, { type: 'damaged', objects: [] }, now);
    const renamed = id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    await test.storage.put(noteName(cluster.id, renamed), await test.storage.get(noteName(cluster.id, id)));
    expect(await codeOf(() => readNote(cluster, renamed))).toBe('seal.does-not-open');
  });

  it.each([
    ['no JSON', '{', 'object.malformed'],
    ['no note', '{"format":1}', 'object.malformed'],
    ['without its objects', '{"format":1,"type":"damaged","time":"x"}', 'object.malformed'],
    ['null', 'null', 'object.malformed'],
    ['of another type', '{"format":1,"type":"pinned","time":"x"}', 'store.newer-format'],
    ['of a later format', '{"format":2,"type":"damaged","time":"x","objects":[]}', 'store.newer-format'],
  ])('that are %s fail as such', async (_, plain, code) => {
    const id = await putPlain(plain);
    expect(await codeOf(() => readNote(cluster, id))).toBe(code);
  });

  it('that are not there are missing', async () => {
    expect(await codeOf(() => readNote(cluster, '20261124t193145123z-00000000'))).toBe('object.missing');
  });
});

import fc from 'fast-check';
import { hashKV, newestOfLiveKeys } from './hash-kv.ts';
import { loggedRows } from './spec-support/logged-rows.ts';
import { ReferenceStore, type Operation, type ReferenceRow } from './spec-support/reference-store.ts';

const userKey = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const operation = fc.oneof(
  fc.record({ put: userKey, value: fc.constantFrom('', 'x', 'yy') }),
  fc.record({ delete: userKey }),
);
/** etcd takes no key twice in one transaction. */
const txn = fc.uniqueArray(operation, {
  selector: (each) => ('put' in each ? each.put : each.delete),
  minLength: 1,
  maxLength: 4,
});
const step = fc.oneof(
  { weight: 5, arbitrary: txn },
  {
    weight: 1,
    arbitrary: fc.record({ compactAt: fc.double({ min: 0, max: 1, noNaN: true }), remove: fc.boolean() }),
  },
);

function play(
  steps: readonly (readonly Operation[] | { compactAt: number; remove: boolean })[],
): ReferenceStore {
  const store = new ReferenceStore();
  for (const each of steps) {
    if (!('compactAt' in each)) store.txn(each);
    else {
      const { compactRevision, revision } = store;
      store.compact(compactRevision + Math.floor(each.compactAt * (revision - compactRevision)));
      if (each.remove) store.removeCompacted();
    }
  }
  return store;
}

const history = fc.array(step, { maxLength: 30 }).map(play);
const revisionsOf = ({ compactRevision, revision }: ReferenceStore): number[] =>
  Array.from({ length: revision - compactRevision + 1 }, (_, i) => compactRevision + i);

describe('HashKV from the rows', () => {
  it('is what etcd’s rules give, at every revision, for members that compacted this far or further', () => {
    fc.assert(
      fc.property(history, (store) => {
        const rows = loggedRows(store.rows);
        for (const revision of revisionsOf(store)) {
          const members = revisionsOf(store).filter((compacted) => compacted <= revision);
          expect(hashKV(rows, revision, members)).toEqual(
            members.map((compacted) => store.hashKV(revision, compacted)),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is the same before and after a member has taken superseded rows out, while a key lives', () => {
    fc.assert(
      fc.property(history, (store) => {
        const before = loggedRows(store.rows);
        store.removeCompacted();
        const after = loggedRows(store.rows);
        for (const revision of revisionsOf(store)) {
          if (store.keep(revision).size === 0) continue;
          const compacted = [store.compactRevision];
          expect(hashKV(after, revision, compacted)).toEqual(hashKV(before, revision, compacted));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('leaves a tombstone at the compaction revision out, and takes it when it is later', () => {
    const store = new ReferenceStore();
    store.txn([
      { put: 'a', value: '1' },
      { put: 'b', value: '1' },
    ]);
    store.txn([{ delete: 'a' }]);
    const rows = loggedRows(store.rows);
    const [uncompacted, before, at] = hashKV(rows, 3, [0, 2, 3]);
    expect(uncompacted).toBe(store.hashKV(3, 0));
    expect(before).toBe(store.hashKV(3, 2));
    expect(at).toBe(store.hashKV(3, 3));
    expect(new Set([uncompacted, before, at]).size).toBe(3);
  });

  it('takes all rows when no key lives, as etcd does, but for a tombstone at the compaction revision', () => {
    const store = new ReferenceStore();
    store.txn([{ put: 'a', value: '1' }]);
    store.txn([{ delete: 'a' }]);
    const rows = loggedRows(store.rows);
    const [uncompacted, before, at] = hashKV(rows, 3, [0, 2, 3]);
    expect(before).toBe(uncompacted);
    expect(at).toBe(store.hashKV(2, 0));
    expect(at).not.toBe(uncompacted);
  });

  it('of no rows is the sum over the bucket’s name', () => {
    expect(hashKV(loggedRows([]), 1, [0])).toEqual([new ReferenceStore().hashKV(1)]);
    expect(hashKV(loggedRows([]), 1, [])).toEqual([]);
  });
});

describe('the newest rows of live keys', () => {
  const many = new ReferenceStore();
  for (let i = 0; i < 2000; i++) {
    const name = `key-${(i * 7919) % 600}`;
    many.txn([i % 11 === 3 ? { delete: name } : { put: name, value: 'v' }]);
  }

  const byRevision = (a: ReferenceRow, b: ReferenceRow): number => a.main - b.main || a.sub - b.sub;

  it.each([Infinity, 1024, 256])('are found with a table of at most %d slots', (maxSlots) => {
    const slots = maxSlots === Infinity ? undefined : maxSlots;
    const rows = loggedRows(many.rows);
    for (const revision of [0, 1, 2, 700, many.revision - 1, many.revision]) {
      const keep = many.keep(revision);
      const found = newestOfLiveKeys(rows, revision, slots);
      expect(found.count).toBe(keep.size);
      expect(many.rows.filter((_, position) => found.has(position))).toEqual([...keep].sort(byRevision));
    }
  });

  it('are told apart by both halves of their keys’ hashes, which may share a slot', () => {
    const store = new ReferenceStore();
    for (const name of ['a', 'b', 'c', 'a', 'c']) store.txn([{ put: name, value: 'v' }]);
    store.txn([{ delete: 'b' }]);
    const halves = { a: [7, 1], b: [7, 2], c: [7 + 16, 1] } as const;
    const rows = loggedRows(store.rows, (name) => halves[name as 'a' | 'b' | 'c']);
    const found = newestOfLiveKeys(rows, store.revision);
    expect(store.rows.filter((_, position) => found.has(position)).map(({ main }) => main)).toEqual([5, 6]);
    expect(found.count).toBe(2);
  });
});

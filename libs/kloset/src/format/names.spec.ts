import fc from 'fast-check';
import {
  chunkName,
  clusterPrefix,
  configName,
  newId,
  noteName,
  parseName,
  snapshotName,
  STORE_FILE,
  tableName,
} from './names.ts';

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...Array.from('0123456789abcdef')), { minLength: length, maxLength: length })
    .map((all) => all.join(''));
const time = fc.date({
  min: new Date('0000-01-01'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

describe('the name of an object', () => {
  it('tells again what it was made from', () => {
    fc.assert(
      fc.property(
        hex(32),
        hex(64),
        time,
        fc.integer({ min: 1, max: 99_999_999 }),
        (cluster, digest, at, number) => {
          const id = newId(at);
          expect(parseName(chunkName(cluster, digest))).toEqual({ kind: 'chunk', cluster, id: digest });
          expect(parseName(tableName(cluster, digest))).toEqual({ kind: 'table', cluster, id: digest });
          expect(parseName(snapshotName(cluster, id))).toEqual({ kind: 'snapshot', cluster, id });
          expect(parseName(noteName(cluster, id))).toEqual({ kind: 'note', cluster, id });
          const config = configName(cluster, number);
          expect(parseName(config)).toEqual({ kind: 'config', cluster, id: config.slice(-8) });
          expect(Number(config.slice(-8))).toBe(number);
          for (const name of [chunkName(cluster, digest), config])
            expect(name.startsWith(clusterPrefix(cluster))).toBe(true);
        },
      ),
    );
    expect(parseName(STORE_FILE)).toEqual({ kind: 'store', cluster: '', id: STORE_FILE });
    expect(parseName('keys/laptop-0123456789abcdef.age')).toEqual({
      kind: 'key',
      cluster: '',
      id: 'laptop-0123456789abcdef',
    });
  });

  const cluster = '0123456789abcdef'.repeat(2);
  it.each([
    `clusters/${cluster}/chunks/${'a'.repeat(63)}`,
    `clusters/${cluster}/chunks/${'A'.repeat(64)}`,
    `clusters/${cluster}/chunks/${'a'.repeat(64)}.partial`,
    `clusters/${cluster}/chunks/x/${'a'.repeat(64)}`,
    `clusters/${cluster}/snapshots/20261124t193145123z`,
    `clusters/${cluster}/snapshots/20261124T193145123Z-9f86d081`,
    `clusters/${cluster}/config/1`,
    `clusters/${cluster}/forgotten/20261124t193145123z-9f86d081`,
  ])('that is nothing known is of its cluster all the same: %s', (name) => {
    expect(parseName(name)).toEqual({ kind: 'unknown', cluster, id: name });
  });

  it.each([
    '',
    'kloset.json.old',
    'keys/laptop.age',
    'clusters/abc/chunks/x',
    `x/clusters/${cluster}/config/00000001`,
  ])('that is nothing known is of no cluster: %s', (name) => {
    expect(parseName(name)).toEqual({ kind: 'unknown', cluster: '', id: name });
  });
});

describe('an id', () => {
  it('sorts by time, to the millisecond', () => {
    fc.assert(
      fc.property(time, time, (a, b) => {
        const [one, other] = [newId(a), newId(b)];
        if (a < b) expect(one < other).toBe(true);
        if (a > b) expect(one > other).toBe(true);
      }),
    );
    expect(newId(new Date('2026-11-24T19:31:45.123Z'))).toMatch(/^20261124t193145123z-[0-9a-f]{8}$/);
  });

  it('is another one each time, also within a millisecond', () => {
    const now = new Date();
    expect(new Set(Array.from({ length: 100 }, () => newId(now))).size).toBe(100);
  });
});

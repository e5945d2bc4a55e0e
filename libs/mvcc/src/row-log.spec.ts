import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import {
  CRC,
  HASH,
  LOCATION,
  MAIN,
  ROW_BYTES,
  ROW_F64,
  ROW_U32,
  RowLog,
  RowRuns,
  SUB,
  type RowBatch,
} from './row-log.ts';

/** Rows of one block of a log. */
const BLOCK = 16_384;

let folder = '';
const opened: number[] = [];
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'row-log-'))));
afterEach(() => {
  for (const fd of opened.splice(0)) if (isOpen(fd)) closeSync(fd);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function openSpill(): number {
  const fd = openSync(path.join(folder, 'spill'), 'w+');
  opened.push(fd);
  return fd;
}

function isOpen(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

/** Row n has n in every column, each in its own way. */
function fill(log: RowLog, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const { batch, index } = log.append();
    batch.f64[index * ROW_F64 + MAIN] = n + 0.5;
    batch.f64[index * ROW_F64 + LOCATION] = 2 ** 40 + n;
    batch.u32[index * ROW_U32 + SUB] = n;
    batch.u32[index * ROW_U32 + CRC] = ~n >>> 0;
    batch.bytes.writeUInt32LE(n, (index * ROW_U32 + HASH) * 4 + 12);
  }
}

/** The numbers of a batch's rows; any column that does not tell the same number makes it fail. */
function numbersOf({ f64, u32, bytes, count }: RowBatch): number[] {
  expect([f64.length, u32.length, bytes.length]).toEqual([
    count * ROW_F64,
    count * ROW_U32,
    count * ROW_BYTES,
  ]);
  return Array.from({ length: count }, (_, i) => {
    const n = u32[i * ROW_U32 + SUB]!;
    const agrees =
      f64[i * ROW_F64 + MAIN] === n + 0.5 &&
      f64[i * ROW_F64 + LOCATION] === 2 ** 40 + n &&
      u32[i * ROW_U32 + CRC] === ~n >>> 0 &&
      bytes.readUInt32LE((i * ROW_U32 + HASH) * 4 + 12) === n;
    return agrees ? n : NaN;
  });
}

const count = (start: number, length: number): number[] => Array.from({ length }, (_, i) => start + i);

describe.each([
  ['all in memory', Infinity],
  ['some of it in a file', 2 * BLOCK],
  ['all but its tail in a file', 0],
])('a list of rows, %s,', (_, memoryRows) => {
  const total = 4 * BLOCK + 100;
  let log: RowLog;
  beforeEach(() => {
    log = new RowLog({ memoryRows, openSpill });
    fill(log, 0, total);
  });

  it('gives back any stretch, across blocks too', () => {
    expect(log.count).toBe(total);
    expect(opened).toHaveLength(memoryRows === Infinity ? 0 : 1);
    for (const start of [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK - 3, 3 * BLOCK + 7, 4 * BLOCK - 1, 4 * BLOCK]) {
      for (const length of [0, 1, 2, 90])
        expect(numbersOf(log.read(start, length))).toEqual(count(start, length));
    }
    expect(numbersOf(log.read(0, total))).toEqual(count(0, total));
    fc.assert(
      fc.property(fc.nat({ max: total }), fc.nat({ max: 3 * BLOCK }), (start, length) => {
        const most = Math.min(length, total - start);
        const read = numbersOf(log.read(start, most));
        expect([read.length, read[0], read.at(-1)]).toEqual(
          most === 0 ? [0, undefined, undefined] : [most, start, start + most - 1],
        );
        expect(read.every((n, i) => n === start + i)).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it('copies: what was read stays when the list grows or ends', () => {
    const before = log.read(4 * BLOCK, 50);
    fill(log, total, total + 2 * BLOCK);
    log.close();
    expect(numbersOf(before)).toEqual(count(4 * BLOCK, 50));
  });

  it('writes nowhere but where it was told', () => {
    const out = new Uint8Array(3 * ROW_BYTES).fill(0xee);
    log.readInto(2 * BLOCK, 1, out, ROW_BYTES);
    expect(out.subarray(0, ROW_BYTES).every((byte) => byte === 0xee)).toBe(true);
    expect(out.subarray(2 * ROW_BYTES).every((byte) => byte === 0xee)).toBe(true);
    expect(Buffer.from(out.subarray(ROW_BYTES, 2 * ROW_BYTES))).toEqual(log.read(2 * BLOCK, 1).bytes);
  });

  it('grows on after it was read', () => {
    expect(numbersOf(log.read(3, 2))).toEqual([3, 4]);
    fill(log, total, 6 * BLOCK);
    fill(log, 6 * BLOCK, 6 * BLOCK + 1);
    expect(numbersOf(log.read(total - 2, 4))).toEqual(count(total - 2, 4));
    expect(numbersOf(log.read(6 * BLOCK - 1, 2))).toEqual(count(6 * BLOCK - 1, 2));
  });

  it('can be handed over: the same memory and the same file, which stays its maker’s to close', () => {
    const shared = structuredClone(log.share());
    const taken = RowLog.takeOver(shared);
    expect(taken.count).toBe(total);
    for (const start of [0, BLOCK - 5, 2 * BLOCK - 5, 4 * BLOCK - 5, total - 10])
      expect(numbersOf(taken.read(start, 10))).toEqual(count(start, 10));
    expect(() => taken.append()).toThrow('does not grow');
    taken.close();
    expect(opened.every(isOpen)).toBe(true);
    expect(numbersOf(log.read(2 * BLOCK, 1))).toEqual([2 * BLOCK]);
    log.close();
    expect(opened.some(isOpen)).toBe(false);
  });

  it('closes its file once, whatever was opened under that number since', () => {
    log.close();
    const next = openSync(path.join(folder, 'other'), 'w+');
    opened.push(next);
    log.close();
    expect(isOpen(next)).toBe(true);
  });
});

describe('a list of rows whose file was cut short', () => {
  it('says so instead of giving zeros', () => {
    const log = new RowLog({ memoryRows: 0, openSpill });
    fill(log, 0, 2 * BLOCK + 1);
    openSync(path.join(folder, 'spill'), 'w');
    expect(() => log.read(0, 10)).toThrow('shorter');
  });
});

describe('runs of a list', () => {
  const total = 3 * BLOCK + 50;
  let log: RowLog;
  beforeAll(() => {
    log = new RowLog({ memoryRows: BLOCK, openSpill: () => openSync(path.join(folder, 'runs'), 'w+') });
    fill(log, 0, total);
  });
  afterAll(() => {
    log.close();
  });

  const allOf = (runs: RowRuns): number[] => {
    const all: number[] = [];
    for (const batch of runs.batches()) all.push(...numbersOf(batch));
    return all;
  };

  it('are one sequence in the order in which they were added', () => {
    const run = fc
      .tuple(fc.nat({ max: total - 1 }), fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 2 * BLOCK })))
      .map(([start, length]) => [start, Math.min(length, total - start)] as const);
    fc.assert(
      fc.property(fc.array(run, { maxLength: 6 }), (stretches) => {
        const runs = new RowRuns(log);
        for (const stretch of stretches) runs.add(...stretch);
        const expected = stretches.flatMap((stretch) => count(...stretch));
        expect(runs.count).toBe(expected.length);
        const numbers = allOf(runs);
        expect(numbers.length).toBe(expected.length);
        expect(numbers.every((n, i) => n === expected[i])).toBe(true);
        expect(allOf(runs).length).toBe(expected.length);
        expect(allOf(RowRuns.takeOver(log, structuredClone(runs.share()))).join()).toBe(numbers.join());
      }),
      { numRuns: 15 },
    );
  });

  it('are joined where one goes on with the other, so that a file in order is one run', () => {
    const runs = new RowRuns(log);
    for (let start = 0; start < 5000; start += 2) runs.add(start, 2);
    expect(runs.share().starts).toHaveLength(1);
    runs.add(6000, 1);
    runs.add(5000, 1);
    expect(runs.share()).toMatchObject({
      starts: Uint32Array.of(0, 6000, 5000),
      counts: Uint32Array.of(5000, 1, 1),
      rows: 5002,
    });
  });

  it('may be many thousands, before and after they are handed over', () => {
    const runs = new RowRuns(log);
    const backwards = Array.from({ length: 5000 }, (_, i) => 9999 - 2 * i);
    for (const start of backwards) runs.add(start, 1);
    expect(allOf(runs)).toEqual(backwards);
    const taken = RowRuns.takeOver(log, runs.share());
    for (const start of [7, 3, 20_000]) taken.add(start, 1);
    expect(allOf(taken)).toEqual([...backwards, 7, 3, 20_000]);
  });

  it('come in batches that hold what a block holds', () => {
    const runs = new RowRuns(log);
    runs.add(10, 2 * BLOCK);
    runs.add(5, 3);
    expect(Array.from(runs.batches(), (batch) => batch.count)).toEqual([BLOCK, BLOCK, 3]);
    expect([...new RowRuns(log).batches()]).toEqual([]);
  });
});

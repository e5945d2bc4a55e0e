/**
 * How fast a folder takes objects, and what its durability costs:
 *
 *   node libs/storage/src/bench/local-puts.ts [FOLDER]
 *
 * Objects of 0.6 MB, as sealed chunks of a few MiB of rows are, 4 in flight, each way in turn, in one run. Without
 * flushes nothing would be durable: that figure is there only to compare.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Disk, type DiskFile, systemDisk } from '../local/disk.ts';
import { openLocal } from '../local/open-local.ts';
import { type Storage } from '../storage.ts';

const objectBytes = 600_000;
const objects = 300;
const lanes = 4;
const rounds = 3;

interface Flushes {
  count: number;
  /** Milliseconds that lanes waited for them, added up. */
  waited: number;
}

async function timed(flushes: Flushes, flush: () => Promise<void>): Promise<void> {
  const began = performance.now();
  await flush();
  flushes.waited += performance.now() - began;
  flushes.count += 1;
}

/** The real disk with its flushes timed, or left out. */
function benchDisk(flushes: Flushes, isFlushing: boolean): Disk {
  const syncWith = (flush: () => Promise<void>): Promise<void> =>
    isFlushing ? timed(flushes, flush) : Promise.resolve();
  return {
    ...systemDisk,
    syncFolder: (folder) => syncWith(() => systemDisk.syncFolder(folder)),
    async create(file) {
      const handle = await systemDisk.create(file);
      const wrapped = {
        writev: (parts: Uint8Array[]) => handle.writev(parts),
        chmod: (mode: number) => handle.chmod(mode),
        sync: () => syncWith(() => handle.sync()),
        stat: () => handle.stat(),
        close: () => handle.close(),
      };
      return wrapped as unknown as DiskFile;
    },
  };
}

async function inLanes(names: readonly string[], work: (name: string) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < names.length) {
      const name = names[next]!;
      next += 1;
      await work(name);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return performance.now() - began;
}

async function list(storage: Storage): Promise<number> {
  const began = performance.now();
  let count = 0;
  for await (const _info of storage.list('')) count += 1;
  return (performance.now() - began) / count;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const perSecond = (ms: number): string => ((objects / ms) * 1000).toFixed(0).padStart(5);
const megabytes = (ms: number): string => ((objects * objectBytes) / 1000 / ms).toFixed(0).padStart(5);

async function bench(folder: string, isFlushing: boolean): Promise<void> {
  const flushes: Flushes = { count: 0, waited: 0 };
  const storage = await openLocal(folder, { create: true }, benchDisk(flushes, isFlushing));
  const parts = [randomBytes(objectBytes / 2), randomBytes(objectBytes / 2)];
  const names = Array.from({ length: objects }, (_, at) => `clusters/c/chunks/${at}`);

  const put = await inLanes(names, (name) => storage.put(name, parts));
  const get = await inLanes(names, (name) => storage.get(name));
  const waiting = `${((flushes.waited / lanes / put) * 100).toFixed(0).padStart(3)} % of the time in flushes`;
  print(
    `${isFlushing ? 'durable ' : 'unflushed'}  put ${perSecond(put)}/s ${megabytes(put)} MB/s, ${waiting}, ` +
      `${(flushes.count / objects).toFixed(2)} flushes a put; get ${megabytes(get)} MB/s; ` +
      `list ${((await list(storage)) * 1000).toFixed(0)} µs an object`,
  );
  await storage.close();
}

const below = await mkdtemp(path.join(process.argv[2] ?? tmpdir(), 'kloset-bench-'));
try {
  print(`${objects} objects of ${objectBytes} bytes, ${lanes} in flight, in ${path.dirname(below)}`);
  for (let round = 0; round < rounds; round += 1) {
    for (const isFlushing of [true, false]) {
      await bench(path.join(below, `${round}-${isFlushing}`), isFlushing);
    }
  }
} finally {
  await rm(below, { recursive: true });
}

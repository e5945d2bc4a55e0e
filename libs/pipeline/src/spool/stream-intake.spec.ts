import { hash } from 'node:crypto';
import { fstatSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { etcdFile, walked, type Write } from '../spec-support/etcd-file.ts';
import { openFiles } from '../spec-support/open-files.ts';
import { ID_KEY, rowsOf, Scratch } from '../spec-support/scanned-file.ts';
import { PipelineThreads } from '../threads/pipeline-threads.ts';
import { StreamIntake, type Intake, type IntakeOptions } from './stream-intake.ts';

const MIB = 1024 * 1024;

let scratch: Scratch;
let threads: PipelineThreads;
beforeEach(() => {
  scratch = new Scratch();
  threads = new PipelineThreads(2);
});
afterEach(async () => {
  await threads.close();
  scratch.remove();
});

const open = (options: Partial<IntakeOptions> = {}): StreamIntake =>
  StreamIntake.open({ threads, idKey: ID_KEY, folder: scratch.folder, ...options });

/** Gives a stream in pieces of these sizes, over and over, and waits where it is told to. */
async function give(intake: StreamIntake, bytes: Uint8Array, sizes: readonly number[]): Promise<void> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    await intake.write(bytes.subarray(at, at + size));
    at += size;
  }
}

function spooled({ spool }: Intake): Buffer {
  const bytes = Buffer.alloc(fstatSync(spool).size);
  for (let done = 0; done < bytes.length;) done += readSync(spool, bytes, done, bytes.length - done, done);
  return bytes;
}

/** More than all slabs hold. */
const NOISE = Buffer.from(
  Uint32Array.from({ length: 5 * MIB }, (_, i) => Math.imul(i, 2_654_435_761)).buffer,
);
const noise = (length: number): Buffer => NOISE.subarray(0, length);
const writes = (count: number): Write[] =>
  Array.from({ length: count }, (_, i) => ({ main: 2 + i, key: `key-${i}`, value: Buffer.alloc(3000, i) }));

describe('a stream that is taken in', () => {
  it('is a database with its rows, its digest, its trailer and its revision, told early', async () => {
    const file = etcdFile(writes(1500));
    const sha256 = hash('sha256', file);
    const order: string[] = [];
    const intake = open({
      expected: file.length,
      onRevision: (revision) => order.push(`revision ${revision}`),
    });
    await give(intake, Buffer.concat([file, Buffer.from(sha256, 'hex')]), [32 * 1024]);
    const taken = await intake.finish(true);
    order.push('taken');
    expect(order).toEqual(['revision 1501', 'taken']);
    expect(taken).toMatchObject({ sha256, trailer: sha256, size: file.length });
    expect(spooled(taken).subarray(0, file.length).equals(file)).toBe(true);
    expect(taken.analysis.decoded && rowsOf(taken.analysis, file).length).toBe(1500);
    expect(walked(file).find(({ name }) => name === 'key')!.rows).toHaveLength(1500);
    await taken.close();
  });

  it('is spooled to the byte, however large its pieces are and however many', async () => {
    const stream = noise(18 * MIB + 12_345);
    const sha256 = hash('sha256', stream);
    for (const sizes of [[32 * 1024], [stream.length], [MIB - 1, 1, 2, MIB + 1, 700_000, 5 * MIB]]) {
      const intake = open();
      await give(intake, stream, sizes);
      const taken = await intake.finish(false);
      expect(taken).toMatchObject({
        sha256,
        size: stream.length,
        trailer: undefined,
        analysis: { decoded: false },
      });
      expect(spooled(taken).equals(stream)).toBe(true);
      await taken.close();
      await threads.close();
      threads = new PipelineThreads(1);
    }
  });

  it('may be used again as soon as the promise settles: its bytes were copied', async () => {
    const stream = noise(18 * MIB);
    const piece = Buffer.alloc(3 * MIB);
    const intake = open();
    for (let at = 0; at < stream.length; at += piece.length) {
      const length = stream.copy(piece, 0, at, at + piece.length);
      await intake.write(piece.subarray(0, length));
      piece.fill(0);
    }
    const taken = await intake.finish(false);
    expect(taken.sha256).toBe(hash('sha256', stream));
    expect(spooled(taken).equals(stream)).toBe(true);
    await taken.close();
  });

  it.each([0, 31, 33])('may have %d bytes', async (length) => {
    const stream = noise(64).subarray(0, length);
    const intake = open();
    await give(intake, stream, [7]);
    const taken = await intake.finish(true);
    const body = length < 32 ? stream : stream.subarray(0, -32);
    expect(taken).toMatchObject({
      size: body.length,
      sha256: hash('sha256', body),
      trailer: length < 32 ? undefined : stream.subarray(-32).toString('hex'),
      analysis: { decoded: false },
    });
    await taken.close();
  });

  it('leaves a file that has no name, and none when it is closed', async () => {
    const intake = open();
    await give(intake, noise(3 * MIB), [MIB]);
    expect(readdirSync(scratch.folder)).toEqual([]);
    expect(openFiles(scratch.folder)).toHaveLength(1);
    const taken = await intake.finish(false);
    await taken.close();
    expect(openFiles(scratch.folder)).toEqual([]);
  });
});

describe('a stream that is given up', () => {
  it('leaves nothing behind, wherever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 20 * MIB }), fc.boolean(), async (length, waits) => {
        const own = new PipelineThreads(1);
        const intake = open({ threads: own });
        const giving = give(intake, noise(length), [700_000]);
        if (waits) await giving;
        else giving.catch(() => undefined);
        await intake.abort();
        await own.close();
        await giving.catch(() => undefined);
        expect(openFiles(scratch.folder)).toEqual([]);
        expect(readdirSync(scratch.folder)).toEqual([]);
        await expect(Promise.resolve(intake.write(Buffer.alloc(1)))).rejects.toThrow('given up');
        await expect(intake.finish(true)).rejects.toThrow('given up');
      }),
      { numRuns: 4 },
    );
  });

  it('because its threads were closed fails at the next wait, or at its end', async () => {
    const intake = open();
    await give(intake, noise(2 * MIB), [MIB]);
    await threads.close();
    await expect(give(intake, noise(20 * MIB), [MIB])).rejects.toThrow('closed');
    await expect(intake.finish(false)).rejects.toThrow('closed');
    await intake.abort();
    expect(openFiles(scratch.folder)).toEqual([]);
  });

  it('because its threads were closed fails also where it waits: for room, or for what was found', async () => {
    const intake = open();
    // A thread takes longer to start than this takes: all slabs are given out, and none comes back.
    const giving = give(intake, noise(18 * MIB), [MIB]);
    await threads.close();
    await expect(giving).rejects.toThrow('closed');
    await intake.abort();

    threads = new PipelineThreads(1);
    const other = open();
    await give(other, noise(1000), [1000]);
    const finishing = other.finish(false);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await threads.close();
    await expect(finishing).rejects.toThrow('closed');
    await other.abort();
    expect(openFiles(scratch.folder)).toEqual([]);
  });

  it('when it had been taken in, for what was found in it, is closed all the same', async () => {
    const intake = open();
    await give(intake, noise(1000), [1000]);
    await intake.finish(true);
    await intake.abort();
    expect(openFiles(scratch.folder)).toEqual([]);
  });
});

describe('a stream that cannot be taken in', () => {
  const opening = (options: Partial<IntakeOptions>) => () => open(options);

  it('for want of room is refused before it begins', () => {
    expect(opening({ expected: 2 ** 50 })).toThrow(
      expect.objectContaining({
        code: 'backup.spool-full',
        advice: expect.stringContaining('--spool-dir') as string,
        context: expect.objectContaining({ folder: scratch.folder, expected: 2 ** 50 }) as object,
      }) as Error,
    );
    expect(openFiles(scratch.folder)).toEqual([]);
  });

  it('for want of a folder is refused before it begins', () => {
    for (const folder of [path.join(scratch.folder, 'missing'), scratch.named('file', Buffer.alloc(0))])
      expect(opening({ folder })).toThrow(expect.objectContaining({ code: 'backup.spool-failed' }) as Error);
  });
});

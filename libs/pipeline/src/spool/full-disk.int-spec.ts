import { readdirSync, statfsSync } from 'node:fs';
import { mountSmallDisk, type SmallDisk } from '@etcd-kloset/testing';
import { bboltFile, etcdFile, rowOf, type Row } from '../spec-support/etcd-file.ts';
import { ID_KEY } from '../spec-support/scanned-file.ts';
import { PipelineThreads } from '../threads/pipeline-threads.ts';
import { StreamIntake } from './stream-intake.ts';

const MIB = 1024 * 1024;
const probe = mountSmallDisk(1);
probe?.remove();
const describeDisk = probe === undefined ? describe.skip : describe;

describeDisk(
  `a spool folder that is full${probe === undefined ? ' [skipped: mounting needs root]' : ''}`,
  () => {
    let disk: SmallDisk;
    let threads: PipelineThreads;
    const mount = (mebibytes: number): void => {
      disk = mountSmallDisk(mebibytes)!;
      threads = new PipelineThreads(2);
    };
    afterEach(async () => {
      await threads.close();
      disk.remove();
    });
    const open = (expected?: number): StreamIntake =>
      StreamIntake.open({ threads, idKey: ID_KEY, folder: disk.folder, expected });
    const free = (): number => {
      const { bavail, bsize } = statfsSync(disk.folder);
      return bavail * bsize;
    };
    const give = async (intake: StreamIntake, bytes: Uint8Array): Promise<void> => {
      for (let at = 0; at < bytes.length; at += 100_000) await intake.write(bytes.subarray(at, at + 100_000));
    };
    const full = { code: 'backup.spool-full', advice: expect.stringContaining('--spool-dir') as string };

    it('is told before it begins, when the size is known', () => {
      mount(8);
      expect(() => open(20 * MIB)).toThrow(expect.objectContaining(full) as Error);
      expect(readdirSync(disk.folder)).toEqual([]);
    });

    it('is told in mid-stream, and nothing is left behind', async () => {
      mount(8);
      const before = free();
      const intake = open();
      await expect(give(intake, Buffer.alloc(30 * MIB, 1))).rejects.toMatchObject(full);
      await intake.abort();
      await threads.close();
      expect(readdirSync(disk.folder)).toEqual([]);
      expect(free()).toBe(before);
    });

    it('is told at the end, when the last bytes are too many', async () => {
      mount(4);
      const intake = open();
      let failure: unknown;
      try {
        await give(intake, Buffer.alloc(5 * MIB, 1));
        await intake.finish(false);
      } catch (error) {
        failure = error;
      }
      expect(failure).toMatchObject(full);
      await intake.abort();
    });

    it('is told when there is no room for the rows that do not fit into memory', async () => {
      // Rows by the million: what is remembered of those past the first million goes to a file in the same folder.
      const value = rowOf({ main: 2, key: 'k', value: '' })[1];
      const rows = Array.from({ length: 1_150_000 }, (_, i): Row => {
        const key = Buffer.alloc(17);
        key.writeUInt32BE(i + 2, 4);
        key[8] = 0x5f;
        return [key, value];
      });
      const file = bboltFile({ key: rows });
      mount(Math.ceil(file.length / MIB) + 2);
      const intake = open();
      let failure: unknown;
      try {
        await give(intake, file);
        await intake.finish(false);
      } catch (error) {
        failure = error;
      }
      expect(failure).toMatchObject(full);
      await intake.abort();
      await threads.close();
      expect(readdirSync(disk.folder)).toEqual([]);
    });

    it('is no matter when the stream just fits', async () => {
      const file = etcdFile(
        Array.from({ length: 100 }, (_, i) => ({ main: 2 + i, key: 'k', value: 'v'.repeat(5000) })),
      );
      mount(2);
      const intake = open();
      await give(intake, file);
      const taken = await intake.finish(false);
      expect(taken.analysis.decoded).toBe(true);
      await taken.close();
    });
  },
);

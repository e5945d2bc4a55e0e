import fc from 'fast-check';
import { type DiskFile } from './disk.ts';
import { writeParts } from './write-parts.ts';

/** Takes at most `mostAtOnce` bytes a call. */
function sink(mostAtOnce: number): { file: DiskFile; written: () => Buffer; longestCall: () => number } {
  const taken: Buffer[] = [];
  let longestCall = 0;
  const file = {
    writev: (parts: Uint8Array[]) => {
      longestCall = Math.max(longestCall, parts.length);
      const some = Buffer.concat(parts).subarray(0, mostAtOnce);
      taken.push(Buffer.from(some));
      return Promise.resolve({ bytesWritten: some.byteLength, buffers: parts });
    },
  };
  return {
    file: file as unknown as DiskFile,
    written: () => Buffer.concat(taken),
    longestCall: () => longestCall,
  };
}

describe('writeParts', () => {
  it('writes every byte in order, however little the system takes at a time', async () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 60 }), async (all, mostAtOnce) => {
        const { file, written } = sink(mostAtOnce);
        await writeParts(file, all, undefined);
        expect(written().equals(Buffer.concat(all))).toBe(true);
      }),
    );
  });

  it('hands the system no longer list of parts than it takes', async () => {
    const { file, written, longestCall } = sink(Infinity);
    const parts = Array.from({ length: 5000 }, (_, at) => Buffer.from([at & 255]));
    await writeParts(file, parts, undefined);
    expect(written().equals(Buffer.concat(parts))).toBe(true);
    expect(longestCall()).toBe(1024);
  });

  it('stops between two calls when it is aborted', async () => {
    const controller = new AbortController();
    const { file, written } = sink(1000);
    const watched = {
      writev: async (parts: Uint8Array[]) => {
        const result = await file.writev(parts);
        if (written().byteLength === 5000) controller.abort(new Error('enough'));
        return result;
      },
    } as unknown as DiskFile;
    await expect(writeParts(watched, [Buffer.alloc(100_000)], controller.signal)).rejects.toThrow('enough');
    expect(written().byteLength).toBe(5000);
  });
});

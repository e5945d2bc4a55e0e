import fc from 'fast-check';
import { compress } from '../format/compress.ts';
import { codeOf } from '../spec-support/malformed-bytes.ts';
import { pack, unpack } from './packed.ts';

describe('packed bytes', () => {
  it('come back, from one part or several', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), (parts) => {
        expect(Buffer.concat([unpack(pack(parts), 'it')])).toEqual(Buffer.concat(parts));
      }),
      { numRuns: 50 },
    );
  });

  it('are malformed when they are cut, or lie about their size', async () => {
    const packed = Buffer.from(pack([Buffer.from('some plain text')]));
    for (let length = 0; length < packed.length; length++)
      expect(await codeOf(() => unpack(packed.subarray(0, length), 'it'))).toBe('object.malformed');
    for (const size of [0, 14, 16, 2 ** 32 - 1]) {
      packed.writeUInt32LE(size);
      expect(await codeOf(() => unpack(packed, 'it'))).toBe('object.malformed');
    }
  });

  it('that claim more than anything needs are refused before they are unpacked', async () => {
    const size = 300 * 1024 * 1024;
    const claim = Buffer.alloc(4);
    claim.writeUInt32LE(size);
    const frame = Buffer.concat([claim, compress(Buffer.alloc(1000))]);
    expect(await codeOf(() => unpack(frame, 'it'))).toBe('object.malformed');
    const cause = { message: expect.stringContaining(`claims ${size}`) as string };
    expect(() => unpack(frame, 'it')).toThrow(
      expect.objectContaining({ cause: expect.objectContaining(cause) as Error }) as Error,
    );
  });
});

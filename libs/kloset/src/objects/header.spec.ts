import { codeOf } from '../spec-support/malformed-bytes.ts';
import { decodeHeader, encodeHeader, HEADER_BYTES, type Magic } from './header.ts';

const KINDS: readonly Magic[] = ['KLC', 'KLT', 'KLS', 'KLN', 'KLG'];

describe('the header of an object', () => {
  it('is nine bytes that say kind, format, suite and epoch', () => {
    expect([...encodeHeader('KLC', 0x0403_0201)]).toEqual([0x4b, 0x4c, 0x43, 1, 1, 1, 2, 3, 4]);
    for (const magic of KINDS) {
      for (const epoch of [1, 2 ** 32 - 1]) {
        const bytes = encodeHeader(magic, epoch);
        expect(bytes).toHaveLength(HEADER_BYTES);
        expect(decodeHeader(magic, Buffer.concat([bytes, Buffer.from('more')]), 'x')).toBe(epoch);
      }
    }
  });

  it('of one kind is not taken for another’s, nor what is too short for one', async () => {
    const bytes = encodeHeader('KLT', 1);
    for (const magic of KINDS.filter((each) => each !== 'KLT'))
      expect(await codeOf(() => decodeHeader(magic, bytes, 'x'))).toBe('object.malformed');
    for (let length = 0; length < HEADER_BYTES; length++)
      expect(await codeOf(() => decodeHeader('KLT', bytes.subarray(0, length), 'x'))).toBe(
        'object.malformed',
      );
  });

  it.each([
    [3, 2, 'store.newer-format'],
    [3, 255, 'store.newer-format'],
    [4, 2, 'store.newer-format'],
    [3, 0, 'object.malformed'],
    [4, 0, 'object.malformed'],
  ])('with byte %d set to %d is %s, and the error names the object', async (at, value, code) => {
    const bytes = encodeHeader('KLS', 1);
    bytes[at] = value;
    expect(await codeOf(() => decodeHeader('KLS', bytes, 'clusters/x'))).toBe(code);
    expect(() => decodeHeader('KLS', bytes, 'clusters/x')).toThrow('clusters/x');
  });
});

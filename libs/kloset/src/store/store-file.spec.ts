import { codeOf } from '../spec-support/malformed-bytes.ts';
import { decodeStoreFile, encodeStoreFile } from './store-file.ts';

const file = {
  format: 1,
  suite: 1,
  store: '00112233445566778899aabbccddeeff',
  created: '2026-11-24T19:31:45.123Z',
};
const bytes = Buffer.from(encodeStoreFile(file));
const decode = (content: Uint8Array | string) => decodeStoreFile(Buffer.from(content), 'file:///store');

describe('kloset.json', () => {
  it('comes back, and is one line that the format describes', () => {
    expect(decode(bytes)).toEqual(file);
    expect(bytes.toString()).toMatch(
      /^\{"format":1,"suite":1,"store":"[0-9a-f]{32}","created":"[^"]+","sha256":"[0-9a-f]{64}"\}\n$/,
    );
  });

  it('is never taken for sound with a bit flipped, a byte missing, or something more', async () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const altered = Buffer.from(bytes);
      altered[bit >> 3]! ^= 1 << (bit & 7);
      expect(['object.rotten', 'store.newer-format']).toContain(await codeOf(() => decode(altered)));
    }
    for (let length = 0; length < bytes.length; length++)
      expect(await codeOf(() => decode(bytes.subarray(0, length)))).toBe('object.rotten');
    expect(await codeOf(() => decode(`${bytes.toString()}\n`))).toBe('object.rotten');
    expect(await codeOf(() => decode(bytes.toString().replace('":1', '": 1')))).toBe('object.rotten');
  });

  it.each(['', '{}', 'null', '[]', '1', '"x"', '{"format":1,"suite":1}'])(
    'is rotten when it is %j',
    async (content) => {
      expect(await codeOf(() => decode(content))).toBe('object.rotten');
    },
  );

  it('of another store is rotten when its id is no id, though its digest is right', async () => {
    expect(await codeOf(() => decode(encodeStoreFile({ ...file, store: 'x' })))).toBe('object.rotten');
    expect(await codeOf(() => decode(encodeStoreFile({ ...file, format: 0 })))).toBe('object.rotten');
  });

  it('of a newer format or suite says so, and what this program knows', async () => {
    for (const newer of [{ format: 2 }, { suite: 2 }]) {
      const content = encodeStoreFile({ ...file, ...newer });
      expect(await codeOf(() => decode(content))).toBe('store.newer-format');
      expect(() => decode(content)).toThrow(/file:\/\/\/store.*knows format 1, suite 1/);
    }
  });
});

import { codeThrownBy } from '../spec-support/thrown-by.ts';
import { readPageHeader } from './page-header.ts';

describe('readPageHeader', () => {
  it('reads a header anywhere in the bytes', () => {
    const bytes = new Uint8Array(40);
    bytes.set([0xfe, 0xff, 0xff, 0xff, 1, 0, 0, 0, 2, 0, 0x34, 0x12, 0xff, 0xff, 0xff, 0xff], 24);
    expect(readPageHeader(bytes, 24)).toEqual({
      id: 2 ** 33 - 2,
      flags: 2,
      count: 0x1234,
      overflow: 2 ** 32 - 1,
    });
  });

  it('gives a page id that no page has for one beyond 2^53', () => {
    const { id } = readPageHeader(new Uint8Array(16).fill(0xff), 0);
    expect(Number.isSafeInteger(id)).toBe(false);
  });

  it('refuses bytes that end inside the header', () => {
    expect(codeThrownBy(() => readPageHeader(new Uint8Array(31), 16))).toBe('bbolt.truncated');
  });
});

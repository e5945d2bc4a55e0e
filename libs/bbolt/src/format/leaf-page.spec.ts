import fc from 'fast-check';

import { codeThrownBy } from '../spec-support/thrown-by.ts';
import { inlinePage, leaf } from '../spec-support/craft-file.ts';
import { bytesOf } from '../spec-support/write-file.ts';
import { viewOf } from './bytes.ts';
import { LeafPage } from './leaf-page.ts';

const rows = [{ key: 'a', value: bytesOf('one') }, { key: 'ab' }, { key: 'b', value: bytesOf('three') }];

/** Sets the u32 at `at` of a sound page with three rows. */
function withU32(at: number, value: number): Uint8Array {
  const page = leaf(rows)(9);
  viewOf(page).setUint32(at, value, true);
  return page;
}

const ELEMENT = { first: 16, second: 32, third: 48 };
const [FLAGS, POS, KEY_BYTES, VALUE_BYTES] = [0, 4, 8, 12];

describe('LeafPage', () => {
  it('gives the rows as offsets and as views', () => {
    const page = LeafPage.parse(leaf(rows)(9), 9);
    expect(page.count).toBe(3);
    expect(page.hasBuckets).toBe(false);
    expect([page.keyStart(0), page.keyEnd(0), page.valueEnd(0), page.keyStart(1)]).toEqual([64, 65, 68, 68]);
    expect(Buffer.from(page.key(1)).toString()).toBe('ab');
    expect(page.value(1)).toHaveLength(0);
    expect(Buffer.from(page.value(2)).toString()).toBe('three');
  });

  it('tells which rows are buckets', () => {
    const page = LeafPage.parse(leaf([{ key: 'a' }, { key: 'b', flags: 1 }])(9), 9);
    expect(page.hasBuckets).toBe(true);
    expect([page.isBucket(0), page.isBucket(1)]).toEqual([false, true]);
  });

  it('reads a page that begins anywhere in memory', () => {
    fc.assert(
      fc.property(fc.nat({ max: 20 }), (offset) => {
        const memory = new Uint8Array(offset + 1024);
        memory.set(leaf(rows)(9), offset);
        const page = LeafPage.parse(memory.subarray(offset), 9);
        expect(Buffer.from(page.value(2)).toString()).toBe('three');
      }),
    );
  });

  it('accepts a page without rows', () => {
    expect(LeafPage.parse(leaf([])(9), 9).count).toBe(0);
    expect(LeafPage.parse(inlinePage([]), undefined).count).toBe(0);
  });

  it.each([
    ['another id', leaf(rows, { saysId: 8 })(9), 'bbolt.page-header'],
    ['a branch', leaf(rows, { flags: 1 })(9), 'bbolt.page-type'],
    ['two types at once', leaf(rows, { flags: 3 })(9), 'bbolt.page-type'],
    ['more rows than fit', leaf(rows, { count: 64 })(9), 'bbolt.page-count'],
    ['a row fewer than it has', leaf(rows, { count: 2 })(9), 'bbolt.element'],
    ['a row more than it has', leaf(rows, { count: 4 })(9), 'bbolt.element'],
    [
      'an overflow page that nothing is on',
      Buffer.concat([leaf(rows, { overflow: 1 })(9), Buffer.alloc(1024)]),
      'bbolt.page-overflow',
    ],
    ['a row flag that bbolt never writes', withU32(ELEMENT.second + FLAGS, 2), 'bbolt.element'],
    ['a row before the end of the one before', withU32(ELEMENT.second + POS, 35), 'bbolt.element'],
    ['a gap between two rows', withU32(ELEMENT.third + POS, 23), 'bbolt.element'],
    ['a row far outside', withU32(ELEMENT.third + POS, 0xffff_ffff), 'bbolt.element'],
    ['a row on its own element', withU32(ELEMENT.first + POS, 0), 'bbolt.element'],
    ['an empty key', withU32(ELEMENT.first + KEY_BYTES, 0), 'bbolt.element'],
    ['a key longer than bbolt allows', withU32(ELEMENT.third + KEY_BYTES, 32769), 'bbolt.element'],
    ['a value longer than the page', withU32(ELEMENT.third + VALUE_BYTES, 0xffff_ffff), 'bbolt.element'],
    ['the same key twice', leaf([{ key: 'a' }, { key: 'a' }])(9), 'bbolt.key-order'],
    ['keys that descend', leaf([{ key: 'ab' }, { key: 'a' }])(9), 'bbolt.key-order'],
    ['a few bytes only', new Uint8Array(15), 'bbolt.truncated'],
  ])('refuses a page with %s', (_, page, code) => {
    expect(codeThrownBy(() => LeafPage.parse(page, 9))).toBe(code);
  });

  it('refuses an inline page that is longer than its rows, or says that pages follow', () => {
    const sound = inlinePage(rows);
    expect(LeafPage.parse(sound, undefined).count).toBe(3);
    const longer = Buffer.concat([sound, Buffer.alloc(1)]);
    expect(codeThrownBy(() => LeafPage.parse(longer, undefined))).toBe('bbolt.page-overflow');
    const overflow = inlinePage(rows, { overflow: 1 });
    expect(codeThrownBy(() => LeafPage.parse(overflow, undefined))).toBe('bbolt.page-overflow');
  });
});

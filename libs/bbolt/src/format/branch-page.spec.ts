import { branch } from '../spec-support/craft-file.ts';
import { codeThrownBy } from '../spec-support/thrown-by.ts';
import { viewOf } from './bytes.ts';
import { parseBranchPage } from './branch-page.ts';

const children = [
  ['a', 7],
  ['ab', 5],
] as const;

function withU32(at: number, value: number): Uint8Array {
  const page = branch(children)(9);
  viewOf(page).setUint32(at, value, true);
  return page;
}

const SECOND = 32;
const [POS, KEY_BYTES] = [0, 4];

describe('parseBranchPage', () => {
  it('keeps ids and keys, whatever becomes of the bytes', () => {
    // A Buffer, whose `slice` does not copy.
    const bytes = Buffer.from(branch(children)(9));
    const page = parseBranchPage(bytes, 9);
    bytes.fill(0xee);
    expect(page.ids).toEqual([7, 5]);
    expect(page.keys.map((key) => Buffer.from(key).toString())).toEqual(['a', 'ab']);
  });

  it.each([
    ['a key longer than the page', withU32(SECOND + KEY_BYTES, 2000)],
    ['a key longer than bbolt allows', withU32(SECOND + KEY_BYTES, 0xffff_ffff)],
    ['a gap between two keys', withU32(SECOND + POS, 18)],
    ['a key over the one before', withU32(SECOND + POS, 16)],
    ['a key far outside', withU32(SECOND + POS, 0xffff_ffff)],
  ])('refuses %s', (_, page) => {
    expect(codeThrownBy(() => parseBranchPage(page, 9))).toBe('bbolt.element');
  });

  it('refuses another id, another type and an overflow page that nothing is on', () => {
    expect(codeThrownBy(() => parseBranchPage(branch(children)(8), 9))).toBe('bbolt.page-header');
    expect(codeThrownBy(() => parseBranchPage(branch(children, { flags: 2 })(9), 9))).toBe('bbolt.page-type');
    const longer = Buffer.concat([branch(children, { overflow: 1 })(9), Buffer.alloc(1024)]);
    expect(codeThrownBy(() => parseBranchPage(longer, 9))).toBe('bbolt.page-overflow');
  });
});

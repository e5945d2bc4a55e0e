import fc from 'fast-check';
import { lengthPrefixed } from './length-prefixed.ts';

const fields = fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 5 });

describe('length-prefixed fields', () => {
  it('gives each list of fields bytes of its own', () => {
    fc.assert(
      fc.property(fields, fields, (left, right) => {
        const sameFields = JSON.stringify(left) === JSON.stringify(right);
        expect(lengthPrefixed(...left).equals(lengthPrefixed(...right))).toBe(sameFields);
      }),
    );
  });

  it('tells a field from its neighbour', () => {
    expect(lengthPrefixed('ab', 'c')).not.toEqual(lengthPrefixed('a', 'bc'));
    expect(lengthPrefixed('ab').toString('hex')).toBe('000000026162');
  });
});

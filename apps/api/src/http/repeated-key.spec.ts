import fc from 'fast-check';
import { repeatedKey } from './repeated-key.ts';

describe('a key that is repeated', () => {
  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"b":{"c":[{"d":1},{"d":2,"d":3}]}}', 'd'],
    ['{"a":{"x":1},"b":[1,2],"a":0}', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"":1,"":2}', ''],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('is found in %s', (text, key) => {
    JSON.parse(text);
    expect(repeatedKey(text)).toBe(key);
  });

  it.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"a":"a","b":"a,\\"b\\":1"}',
    '{"a":["a","a"],"b":"{\\"a\\":1,"}',
    '"a"',
  ])('is not found in %s', (text) => {
    JSON.parse(text);
    expect(repeatedKey(text)).toBeUndefined();
  });

  it('is never found in what was made of an object', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => repeatedKey(JSON.stringify(value, null, 2)) === undefined),
    );
  });
});

import { jsonDepth } from './json-depth.ts';

describe('the depth of JSON', () => {
  it.each([
    ['1', 0],
    ['[]', 1],
    ['{"a":[1,{"b":[]}]}', 4],
    ['[[],[],[]]', 2],
    ['"[[[["', 0],
    ['["\\"[[[", "\\\\", []]', 2],
    ['[[[', 3],
  ])('of %s is %i', (text, depth) => {
    expect(jsonDepth(text)).toBe(depth);
  });
});

import fc from 'fast-check';
import { assertObjectName, assertPrefix } from './object-name.ts';

const letters = Array.from('abcxyz0189');
const first = fc.constantFrom(...letters);
const middle = fc.string({ unit: fc.constantFrom(...letters, '.', '_', '-'), maxLength: 20 });
const segment = fc
  .tuple(first, middle)
  .map(([start, rest]) => start + rest)
  .filter((text) => !text.endsWith('.'));
const name = fc.array(segment, { minLength: 1, maxLength: 8 }).map((segments) => segments.join('/'));

const code = (run: () => void): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code: unknown }).code;
  }
};

describe('assertObjectName', () => {
  it('takes names of lower-case segments, and the same with a slash as prefixes', () => {
    fc.assert(
      fc.property(name, (text) => {
        assertObjectName(text);
        assertPrefix(`${text}/`);
        expect(code(() => assertPrefix(text))).toBe('storage.bad-name');
        expect(code(() => assertObjectName(`${text}/`))).toBe('storage.bad-name');
      }),
    );
  });

  it('refuses a name as soon as one character is not allowed, wherever it stands', () => {
    const wrong = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 1 })
      .filter((text) => !/^[a-z0-9._/-]$/.test(text));
    fc.assert(
      fc.property(name, wrong, fc.nat(), (text, character, at) => {
        const cut = at % (text.length + 1);
        const spoiled = text.slice(0, cut) + character + text.slice(cut);
        expect(code(() => assertObjectName(spoiled))).toBe('storage.bad-name');
        expect(code(() => assertPrefix(`${spoiled}/`))).toBe('storage.bad-name');
      }),
    );
  });

  it('never lets a name climb out of its folder', () => {
    const hostile = fc.array(fc.constantFrom('a', '..', '.', '', '...', '.a'), { maxLength: 6 });
    fc.assert(
      fc.property(hostile, (segments) => {
        const text = segments.join('/');
        const isPlain = segments.length > 0 && segments.every((part) => part === 'a');
        expect(code(() => assertObjectName(text))).toBe(isPlain ? undefined : 'storage.bad-name');
      }),
    );
  });

  it('says what is wrong, without raw control characters and without the whole of a long name', () => {
    expect(() => assertObjectName('a/\u001b[31m')).toThrow(String.raw`\u001b[31m`);
    expect(() => assertObjectName('x'.repeat(100_000))).toThrow(/^.{0,200}$/);
  });
});

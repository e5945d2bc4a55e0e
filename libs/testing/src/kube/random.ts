/**
 * A small generator of pseudo-random numbers (sfc32 of PractRand, by its description): the same seed gives
 * the same data on every machine, which `Math.random` cannot.
 */
export interface Random {
  /** From 0 up to but not including 2^32. */
  readonly uint32: () => number;
  /** From `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number;
  /** True once in `n` times. */
  readonly oneIn: (n: number) => boolean;
  readonly pick: <T>(choices: readonly T[]) => T;
  /** Lower-case hexadecimal digits. */
  readonly hex: (length: number) => string;
  /** The letters and digits that Kubernetes uses for generated names. */
  readonly suffix: (length: number) => string;
  readonly uuid: () => string;
  readonly base64: (length: number) => string;
}

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const BASE64_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export function random(seed: number): Random {
  let a = seed >>> 0;
  let b = 0x9e3779b9;
  let c = 0x243f6a88;
  let counter = 1;
  const uint32 = (): number => {
    const out = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + out) >>> 0;
    return out;
  };
  for (let round = 0; round < 12; round++) uint32();

  const between = (low: number, high: number): number =>
    low + Math.floor((uint32() / 0x1_0000_0000) * (high - low + 1));
  const pick = <T>(choices: readonly T[]): T => choices[between(0, choices.length - 1)]!;
  const hex = (length: number): string => {
    let text = '';
    while (text.length < length) text += uint32().toString(16).padStart(8, '0');
    return text.slice(0, length);
  };
  return {
    uint32,
    between,
    oneIn: (n) => uint32() % n === 0,
    pick,
    hex,
    suffix: (length) => {
      let text = '';
      for (let at = 0; at < length; at++) text += SUFFIX_ALPHABET[uint32() % SUFFIX_ALPHABET.length]!;
      return text;
    },
    uuid: () => {
      const digits = hex(32);
      const parts = [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`];
      return [...parts, `a${digits.slice(17, 20)}`, digits.slice(20)].join('-');
    },
    base64: (length) => {
      let text = '';
      for (; text.length < length;) {
        let bits = uint32();
        for (let digit = 0; digit < 5; digit++, bits >>>= 6) text += BASE64_ALPHABET[bits & 63]!;
      }
      return text.slice(0, length);
    },
  };
}

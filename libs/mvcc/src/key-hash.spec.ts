import fc from 'fast-check';
import { keyHasher, type KeyHasher } from './key-hash.ts';

const seed = Uint8Array.from({ length: 16 }, (_, i) => i * 17 + 3);

function hashOf(hasher: KeyHasher, key: Uint8Array): string {
  hasher.hash(key, 0, key.length);
  expect(hasher.low).toBe(hasher.low >>> 0);
  expect(hasher.high).toBe(hasher.high >>> 0);
  return `${hasher.low}:${hasher.high}`;
}

describe('the hash of a user key', () => {
  it('depends on the bytes alone, not on where they stand or what stands around them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 9 }), (key, around) => {
        const hasher = keyHasher(seed);
        const alone = hashOf(hasher, key);
        const inside = Buffer.concat([around, key, around]);
        hasher.hash(inside, around.length, around.length + key.length);
        expect(`${hasher.low}:${hasher.high}`).toBe(alone);
        expect(hashOf(keyHasher(seed), key)).toBe(alone);
      }),
    );
  });

  it('differs in both halves for keys that differ, however little', () => {
    const hasher = keyHasher(seed);
    const keys = new Set<string>();
    for (let length = 0; length <= 20; length++) {
      for (const fill of [0, 1, 0x80, 0xff]) {
        const key = Buffer.alloc(length, fill);
        keys.add(key.toString('latin1'));
        for (let bit = 0; bit < length * 8; bit++) {
          const other = Buffer.from(key);
          other[bit >> 3]! ^= 1 << (bit & 7);
          keys.add(other.toString('latin1'));
        }
      }
    }
    const lows = new Set<number>();
    const highs = new Set<number>();
    for (const key of keys) {
      hasher.hash(Buffer.from(key, 'latin1'), 0, key.length);
      lows.add(hasher.low);
      highs.add(hasher.high);
    }
    // Some 5,000 keys: two that share 32 bits by chance are one in three hundred, and the seed is fixed.
    expect(keys.size).toBeGreaterThan(5000);
    expect(lows.size).toBe(keys.size);
    expect(highs.size).toBe(keys.size);
  });

  it('spreads keys that follow one another over the slots of a table and over the passes', () => {
    const hasher = keyHasher(seed);
    const slots = new Uint32Array(256);
    const passes = new Uint32Array(16);
    for (let i = 0; i < 16_384; i++) {
      const key = Buffer.from(`/registry/pods/namespace-${i % 16}/pod-${i}`);
      hasher.hash(key, 0, key.length);
      slots[hasher.low & 255]!++;
      passes[hasher.high % 16]!++;
    }
    // 64 and 1,024 each if they were dealt out evenly; six standard deviations are 48 and 186.
    expect(Math.min(...slots)).toBeGreaterThan(64 - 48);
    expect(Math.max(...slots)).toBeLessThan(64 + 48);
    expect(Math.min(...passes)).toBeGreaterThan(1024 - 186);
    expect(Math.max(...passes)).toBeLessThan(1024 + 186);
  });

  it('follows its seed, every byte of it, and a seed is drawn when none is given', () => {
    const key = Buffer.from('/registry/pods/default/web-1');
    const known = hashOf(keyHasher(seed), key);
    for (let at = 0; at < 16; at++) {
      const other = Uint8Array.from(seed);
      other[at]! ^= 0x40;
      expect(hashOf(keyHasher(other), key)).not.toBe(known);
    }
    expect(hashOf(keyHasher(), key)).not.toBe(hashOf(keyHasher(), key));
  });
});

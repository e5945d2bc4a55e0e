import fc from 'fast-check';
import { KlosetStoreError } from '../errors.ts';
import { codeOf, readOrRefuse } from '../spec-support/malformed-bytes.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

const MOST = Number.MAX_SAFE_INTEGER;
const whole = fc.oneof(fc.maxSafeNat(), fc.constantFrom(0, 127, 128, 2 ** 32 - 1, 2 ** 32, MOST));

type Item =
  | readonly [kind: 'u8' | 'u32' | 'varint', value: number]
  | readonly ['u64', bigint]
  | readonly ['raw' | 'sized', Uint8Array];
const bytes = fc.uint8Array({ maxLength: 300 });
const item: fc.Arbitrary<Item> = fc.oneof(
  fc.tuple(fc.constant('u8' as const), fc.nat({ max: 255 })),
  fc.tuple(fc.constant('u32' as const), fc.nat({ max: 2 ** 32 - 1 })),
  fc.tuple(fc.constant('u64' as const), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  fc.tuple(fc.constant('varint' as const), whole),
  fc.tuple(fc.constant('raw' as const), bytes),
  fc.tuple(fc.constant('sized' as const), bytes),
);

function write(out: ByteWriter, [kind, value]: Item): void {
  if (kind === 'u64') out.u64(value);
  else if (kind === 'raw') out.raw(value);
  else if (kind === 'sized') out.sized(value);
  else out[kind](value as number);
}

const reader = (...content: number[]): ByteReader => new ByteReader(Uint8Array.from(content), 'a thing');

describe('bytes that were written', () => {
  it('are read again, each number and stretch, to the last byte', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 20 }), fc.nat({ max: 40 }), (items, capacity) => {
        const out = new ByteWriter(capacity);
        for (const each of items) write(out, each);
        const length = out.length;
        const all = out.finish();
        expect(all.length).toBe(length);
        const back = new ByteReader(all, 'a thing');
        for (const [kind, value] of items) {
          const got = kind === 'raw' ? back.raw(value.length) : back[kind]();
          if (kind === 'raw' || kind === 'sized')
            expect(Buffer.from(got as Uint8Array)).toEqual(Buffer.from(value));
          else expect(got).toBe(value);
        }
        expect(back.position).toBe(length);
        expect(back.left).toBe(0);
        back.end();
      }),
    );
  });

  it('are little-endian, and varints LEB128', () => {
    const out = new ByteWriter().u32(0x0403_0201).u64(0x0807_0605_0403_0201n).varint(300);
    expect([...out.finish()]).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 0xac, 2]);
  });
});

describe('bytes that are not as they were written', () => {
  it('fail as malformed and never otherwise, wherever they end', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 8 }), fc.uint8Array({ maxLength: 30 }), (items, noise) => {
        const back = new ByteReader(noise, 'a thing');
        const result = readOrRefuse(() => {
          for (const [kind, value] of items) {
            if (kind === 'raw') back.raw(value.length);
            else back[kind]();
          }
        });
        if (result instanceof KlosetStoreError) expect(result.code).toBe('object.malformed');
        expect(back.position).toBeLessThanOrEqual(noise.length);
      }),
    );
  });

  it.each([
    ['a varint with a padding zero', () => reader(0x80, 0x00).varint()],
    ['a varint of nine bytes', () => reader(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01).varint()],
    ['a varint of 2^53', () => reader(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10).varint()],
    ['a varint that ends early', () => reader(0x80).varint()],
    ['a number past 32 bits where there are no more', () => reader(0x80, 0x80, 0x80, 0x80, 0x10).u32Varint()],
    ['a stretch that is longer than what is left', () => reader(1, 2).raw(3)],
    ['a sized stretch that is longer than what is left', () => reader(3, 1, 2).sized()],
    ['bytes that nobody reads', () => reader(1).end()],
    ['a count of more things than there are bytes', () => reader(3, 1, 1).count(1)],
    ['a count of more things than there is room for', () => reader(2, 1, 2, 3, 4, 5).count(3)],
  ])('are refused for %s', async (_, read) => {
    expect(await codeOf(read)).toBe('object.malformed');
  });

  it('are told from those that just fit', () => {
    expect(reader(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f).varint()).toBe(MOST);
    expect(reader(0xff, 0xff, 0xff, 0xff, 0x0f).u32Varint()).toBe(2 ** 32 - 1);
    expect(reader(2, 1, 2, 3, 4, 5, 6).count(3)).toBe(2);
    expect(reader(0).count(50)).toBe(0);
    const read = readOrRefuse(() => reader(1, 2).u32());
    expect(read).toMatchObject({
      message: expect.stringContaining('a thing') as string,
      context: { position: 0 },
    });
  });
});

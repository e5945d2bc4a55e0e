import fc from 'fast-check';
import { emptyFields, findUserKey, keyValueSize, parseCanonical, writeKeyValue } from './key-value.ts';

const KEY = 0x0a;
const CREATE_REVISION = 0x10;
const MOD_REVISION = 0x18;
const VERSION = 0x20;
const VALUE = 0x2a;
const LEASE = 0x30;

/** A varint; `padding` bytes more than it needs. */
function varint(value: bigint, padding = 0): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  for (let i = 0; i < padding; i++) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(0);
  }
  return bytes;
}

function text(tag: number, content: Uint8Array, padding = 0): number[] {
  return [tag, ...varint(BigInt(content.length), padding), ...content];
}

function number(tag: number, value: bigint, padding = 0): number[] {
  return [tag, ...varint(value, padding)];
}

const bytesOf = (...parts: readonly (readonly number[])[]): Uint8Array => Uint8Array.from(parts.flat());
const a = Uint8Array.of(0x61);

function isCanonical(bytes: Uint8Array): boolean {
  return parseCanonical(bytes, 0, bytes.length, emptyFields());
}

/** What writing the parsed fields again gives. */
function rewritten(bytes: Uint8Array, start: number, end: number): Buffer | undefined {
  const fields = emptyFields();
  if (!parseCanonical(bytes, start, end, fields)) return undefined;
  const key = bytes.subarray(fields.keyStart, fields.keyEnd);
  const value = bytes.subarray(fields.valueStart, fields.valueEnd);
  const out = Buffer.alloc(end - start + 64, 0xee);
  const written = writeKeyValue(out, 5, key, fields, value);
  expect(written - 5).toBe(keyValueSize(fields, key.length, value.length));
  expect(out.subarray(written).every((byte) => byte === 0xee)).toBe(true);
  return out.subarray(5, written);
}

const safe = fc.oneof(
  fc.maxSafeNat(),
  fc.nat({ max: 300 }),
  fc.constantFrom(0, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER),
);
const lease = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.constantFrom(0n, 1n, 2n ** 63n - 1n));
const content = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.nat({ max: 300 }).map((length) => new Uint8Array(length).fill(0x78)),
);

/** Something that a protobuf parser would take for a field or nearly so: any order, any value, any padding. */
const anyField = fc.oneof(
  fc
    .tuple(fc.constantFrom(KEY, VALUE), fc.uint8Array({ maxLength: 4 }), fc.constantFrom(0, 0, 0, 1, 2))
    .map(([tag, bytes, padding]) => text(tag, bytes, padding)),
  fc
    .tuple(
      fc.constantFrom(CREATE_REVISION, MOD_REVISION, VERSION, LEASE),
      fc.oneof(
        fc.bigInt({ min: 0n, max: 3n }),
        fc.constantFrom(127n, 128n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n),
      ),
      fc.constantFrom(0, 0, 0, 1, 9),
    )
    .map(([tag, value, padding]) => number(tag, value, padding)),
  fc.constantFrom([0x38, 1], [0x0d, 1, 2, 3, 4], [0x32, 0], [0x11, 1], [0x08, 1], [0x8a, 0x00, 1, 0x61], [0]),
);

describe('a KeyValue in the form that etcd writes', () => {
  it('gives its fields, and the same bytes when they are written again', () => {
    const fieldsOf = fc.record({
      key: content,
      createRevision: safe,
      modRevision: safe,
      version: safe,
      value: content,
      lease,
      around: fc.nat({ max: 3 }),
    });
    fc.assert(
      fc.property(fieldsOf, ({ key, value, around, ...numbers }) => {
        const bytes = bytesOf(
          new Array<number>(around).fill(0xff),
          key.length > 0 ? text(KEY, key) : [],
          numbers.createRevision > 0 ? number(CREATE_REVISION, BigInt(numbers.createRevision)) : [],
          numbers.modRevision > 0 ? number(MOD_REVISION, BigInt(numbers.modRevision)) : [],
          numbers.version > 0 ? number(VERSION, BigInt(numbers.version)) : [],
          value.length > 0 ? text(VALUE, value) : [],
          numbers.lease > 0n ? number(LEASE, numbers.lease) : [],
          new Array<number>(around).fill(0xff),
        );
        const end = bytes.length - around;
        const fields = emptyFields();
        // What the parse before left behind must not shine through.
        fields.lease = 99n;
        fields.version = fields.createRevision = fields.modRevision = 99;
        expect(parseCanonical(bytes, around, end, fields)).toBe(true);
        expect(fields).toMatchObject(numbers);
        expect(Buffer.from(bytes.subarray(fields.keyStart, fields.keyEnd))).toEqual(Buffer.from(key));
        expect(Buffer.from(bytes.subarray(fields.valueStart, fields.valueEnd))).toEqual(Buffer.from(value));
        expect(rewritten(bytes, around, end)).toEqual(Buffer.from(bytes.subarray(around, end)));
      }),
    );
  });

  it('is the only form that is taken: whatever parses is written again to the bit', () => {
    const anything = fc.oneof(
      fc.array(anyField, { maxLength: 7 }).map((fields) => bytesOf(...fields)),
      fc.uint8Array({ maxLength: 24 }),
    );
    let taken = 0;
    fc.assert(
      fc.property(anything, (bytes) => {
        const again = rewritten(bytes, 0, bytes.length);
        if (again === undefined) return;
        taken++;
        expect(again).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it('is known from any order, doubling, padding or default by an encoder that knows the rules', () => {
    const field = fc.record({
      tag: fc.constantFrom(KEY, CREATE_REVISION, MOD_REVISION, VERSION, VALUE, LEASE),
      value: fc.bigInt({ min: 0n, max: 200n }),
      padding: fc.constantFrom(0, 0, 0, 0, 0, 1),
    });
    const ordered = fc.uniqueArray(field, { selector: ({ tag }) => tag, maxLength: 6 });
    const fieldsOf = fc.oneof(
      ordered.map((fields) => fields.toSorted((one, other) => one.tag - other.tag)),
      fc.array(field, { maxLength: 4 }),
    );
    const verdicts = { true: 0, false: 0 };
    fc.assert(
      fc.property(fieldsOf, (fields) => {
        const canonical = fields.every(
          ({ tag, value, padding }, i) =>
            value > 0n && padding === 0 && (i === 0 || tag > fields[i - 1]!.tag),
        );
        const bytes = bytesOf(
          ...fields.map(({ tag, value, padding }) =>
            tag === KEY || tag === VALUE
              ? text(tag, new Uint8Array(Number(value)), padding)
              : number(tag, value, padding),
          ),
        );
        expect(isCanonical(bytes)).toBe(canonical);
        verdicts[`${canonical}`]++;
      }),
      { numRuns: 2000 },
    );
    expect(verdicts.true).toBeGreaterThan(100);
    expect(verdicts.false).toBeGreaterThan(100);
  });

  it('ends where its bytes end', () => {
    const whole = bytesOf(
      text(KEY, a),
      number(CREATE_REVISION, 300n),
      text(VALUE, a),
      number(LEASE, 2n ** 62n),
    );
    expect(isCanonical(whole)).toBe(true);
    const fieldEnds = [0, 3, 6, 9, whole.length];
    for (let end = 0; end < whole.length; end++) {
      expect(parseCanonical(whole, 0, end, emptyFields())).toBe(fieldEnds.includes(end));
    }
    expect(isCanonical(bytesOf(text(KEY, a), [0x2a, 0x7f, 0x61]))).toBe(false);
  });

  it.each([
    ['a padded length', bytesOf(text(KEY, a, 1))],
    ['a padded number', bytesOf(text(KEY, a), number(VERSION, 1n, 1))],
    ['a padded lease', bytesOf(text(KEY, a), number(LEASE, 1n, 1))],
    ['an unknown number', bytesOf(text(KEY, a), [0x38, 1])],
    ['an unknown text', bytesOf(text(KEY, a), [0x3a, 1, 0x61])],
    ['a known number with another wire type', bytesOf(text(KEY, a), [0x12, 1, 0x61])],
    ['fields in another order', bytesOf(number(VERSION, 1n), text(KEY, a))],
    ['a field twice', bytesOf(text(KEY, a), text(KEY, a))],
    ['an empty key', bytesOf([KEY, 0])],
    ['an empty value', bytesOf(text(KEY, a), [VALUE, 0])],
    ['a create revision of zero', bytesOf(number(CREATE_REVISION, 0n))],
    ['a mod revision of zero', bytesOf(number(MOD_REVISION, 0n))],
    ['a version of zero', bytesOf(number(VERSION, 0n))],
    ['a lease of zero', bytesOf(number(LEASE, 0n))],
    ['a number of 2^53', bytesOf(number(MOD_REVISION, 2n ** 53n))],
    ['a number of 2^64 - 1', bytesOf(number(MOD_REVISION, 2n ** 64n - 1n))],
    ['a lease below zero', bytesOf(number(LEASE, -1n))],
  ])('is not one with %s', (_, bytes) => {
    expect(isCanonical(bytes)).toBe(false);
  });
});

describe('the user key of a row', () => {
  const found = (bytes: Uint8Array, start = 0, end = bytes.length): string | undefined => {
    const out = { keyStart: -1, keyEnd: -1 };
    if (!findUserKey(bytes, start, end, out)) return undefined;
    return Buffer.from(bytes.subarray(out.keyStart, out.keyEnd)).toString('latin1');
  };

  it('is found in what etcd writes, however long it is', () => {
    fc.assert(
      fc.property(content, safe, lease, fc.nat({ max: 3 }), (key, version, id, around) => {
        const bytes = bytesOf(
          new Array<number>(around).fill(KEY),
          key.length > 0 ? text(KEY, key) : [],
          number(VERSION, BigInt(version)),
          text(VALUE, Buffer.from('value')),
          number(LEASE, id),
        );
        expect(found(bytes, around)).toBe(Buffer.from(key).toString('latin1'));
      }),
    );
  });

  it('is found behind other fields, known or not', () => {
    const before = [number(VERSION, 7n), number(0x38, 300n), text(VALUE, Buffer.from('v')), text(0x3a, a)];
    for (const field of before) expect(found(bytesOf(field, text(KEY, Buffer.from('key'))))).toBe('key');
    expect(found(bytesOf(...before, text(KEY, Buffer.from('key'))))).toBe('key');
    expect(found(bytesOf(number(VERSION, 7n)))).toBe('');
    expect(found(bytesOf())).toBe('');
  });

  it('is found beside a lease below zero, whose varint has ten bytes', () => {
    for (const id of [-1n, -(2n ** 63n), 2n ** 63n - 1n]) {
      for (const key of ['key', 'k'.repeat(200)]) {
        expect(found(bytesOf(text(KEY, Buffer.from(key)), number(LEASE, id)))).toBe(key);
        expect(found(bytesOf(number(LEASE, id), text(KEY, Buffer.from(key))))).toBe(key);
      }
    }
  });

  it('never reaches past the row', () => {
    for (const key of ['key', 'k'.repeat(200)]) {
      const bytes = bytesOf(number(VERSION, 5n), text(KEY, Buffer.from(key)));
      for (const start of [0, 2]) {
        for (let end = start; end < bytes.length; end++) {
          const out = { keyStart: -1, keyEnd: -1 };
          if (findUserKey(bytes, start, end, out)) expect(out.keyEnd).toBeLessThanOrEqual(end);
          expect(found(bytes, start, end)).not.toBe(key);
        }
      }
    }
  });

  it('is not looked for in what is no message', () => {
    expect(found(Uint8Array.of(0x0d, 1, 2, 3, 4))).toBeUndefined();
    expect(found(Uint8Array.of(0x0b))).toBeUndefined();
    expect(found(Uint8Array.of(0x2a, 5, 1))).toBeUndefined();
    expect(found(Uint8Array.of(0x20))).toBeUndefined();
    expect(found(Uint8Array.of(0x20, ...new Array<number>(11).fill(0x80)))).toBeUndefined();
    expect(found(Uint8Array.of(KEY, 0x80))).toBeUndefined();
    expect(found(Uint8Array.of(KEY, 9, 0x61))).toBeUndefined();
  });
});

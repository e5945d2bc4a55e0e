import fc from 'fast-check';
import { EtcdError } from '../etcd-error.ts';
import { encodeMessage, readFields, signed } from './protobuf.ts';

type Seen = [field: number, value: bigint | string];

function decode(message: Uint8Array): Seen[] {
  const seen: Seen[] = [];
  readFields(message, {
    varint: (field, value) => seen.push([field, value]),
    bytes: (field, value) => seen.push([field, Buffer.from(value).toString('utf8')]),
  });
  return seen;
}

const fieldNumber = fc.integer({ min: 1, max: 536_870_911 });

describe('the wire encoding', () => {
  it('of the example in the protocol buffers documentation is as it says there', () => {
    expect(encodeMessage([[1, 150n]]).toString('hex')).toBe('089601');
    expect(encodeMessage([[2, 'testing']]).toString('hex')).toBe('120774657374696e67');
  });

  it('reads back every number and text that it wrote', () => {
    const value = fc.oneof(
      fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
      fc.string({ unit: 'binary', minLength: 1 }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fieldNumber, value)), (fields) => {
        expect(decode(encodeMessage(fields))).toEqual(fields);
      }),
    );
  });

  it('keeps the sign of 64-bit numbers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const [seen] = decode(encodeMessage([[3, value]]));
        expect(seen === undefined ? 0n : signed(seen[1] as bigint)).toBe(value);
      }),
    );
  });

  it('leaves out what has the default value', () => {
    expect(
      encodeMessage([
        [1, 0n],
        [2, ''],
        [3, false],
        [4, new Uint8Array(0)],
      ]),
    ).toHaveLength(0);
  });

  it('skips fields of the fixed widths', () => {
    const message = Buffer.from([0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x15, 1, 2, 3, 4, 0x18, 5]);
    expect(decode(message)).toEqual([[3, 5n]]);
  });

  it('does not copy bytes out of the message', () => {
    const message = encodeMessage([[3, 'blob']]);
    let view: Uint8Array | undefined;
    readFields(message, { bytes: (_, value) => (view = value) });
    expect(view?.buffer).toBe(message.buffer);
  });

  it.each(['08', '0880', '1205ab', '0b', '08ffffffffffffffffffff01', '0d0102', '12ffffffffffffffff7f00'])(
    'refuses the malformed message %s',
    (hex) => {
      expect(() => decode(Buffer.from(hex, 'hex'))).toThrow(EtcdError);
    },
  );

  it('reads any bytes as something or refuses them, and always comes to an end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
        try {
          decode(message);
        } catch (error) {
          expect(error).toMatchObject({ code: 'etcd.bad-response' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

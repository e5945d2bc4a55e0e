import fc from 'fast-check';
import { encodeMessage, type FieldValue } from './protobuf.ts';
import { SnapshotDecoder } from './snapshot-decoder.ts';

/** A message as it travels, behind the prefix of gRPC. */
function framed(...fields: [number, FieldValue][]): Buffer {
  const message = encodeMessage(fields);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

function decode(chunks: readonly Uint8Array[]): { decoder: SnapshotDecoder; bytes: Buffer } {
  const decoder = new SnapshotDecoder();
  return { decoder, bytes: Buffer.concat(chunks.flatMap((chunk) => decoder.push(chunk))) };
}

function cut(stream: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    chunks.push(stream.subarray(at, at + length));
    at += length;
  }
  return [...chunks, stream.subarray(at)];
}

describe('the decoder of a snapshot stream', () => {
  const message = fc.record({
    blob: fc.uint8Array({ maxLength: 300 }),
    remaining: fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }),
    version: fc.constantFrom('', '3.6.0'),
  });

  it('gives the same bytes and the same first message however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 100 }),
        (messages, lengths) => {
          const stream = Buffer.concat(
            messages.map(({ blob, remaining, version }) => framed([2, remaining], [3, blob], [4, version])),
          );
          const { decoder, bytes } = decode(cut(stream, lengths));
          expect(bytes).toEqual(Buffer.concat(messages.map(({ blob }) => blob)));
          expect(decoder.first).toEqual({
            blobBytes: messages[0]!.blob.length,
            remaining: Number(messages[0]!.remaining),
            version: messages[0]!.version,
          });
        },
      ),
    );
  });

  it('knows its first message only when all of it has come', () => {
    const stream = framed([2, 7n], [3, 'blob'], [4, '3.6.0']);
    const decoder = new SnapshotDecoder();
    decoder.push(stream.subarray(0, -1));
    expect(decoder.first).toBeUndefined();
    decoder.push(stream.subarray(-1));
    expect(decoder.first).toEqual({ blobBytes: 4, remaining: 7, version: '3.6.0' });
  });

  it('does not copy', () => {
    const stream = framed([2, 1n], [3, 'blob']);
    expect(new SnapshotDecoder().push(stream).map(({ buffer }) => buffer)).toEqual([stream.buffer]);
  });

  it('skips the header and fields that it does not know', () => {
    const unknown = Buffer.from([0x31, 1, 2, 3, 4, 5, 6, 7, 8, 0x3d, 1, 2, 3, 4]);
    const known = encodeMessage([
      [1, 'header'],
      [3, 'blob'],
      [5, 99n],
      [9, 'more'],
    ]);
    const stream = Buffer.concat([Buffer.from([0, 0, 0, 0, unknown.length + known.length]), unknown, known]);
    expect(decode([stream]).bytes.toString()).toBe('blob');
    expect(decode(cut(stream, Array<number>(stream.length).fill(1))).bytes.toString()).toBe('blob');
  });

  it('takes an empty message for one without a blob', () => {
    const { decoder, bytes } = decode([framed(), framed([3, 'blob'])]);
    expect(bytes.toString()).toBe('blob');
    expect(decoder.first).toEqual({ blobBytes: 0, remaining: 0, version: '' });
  });

  it.each([
    ['compressed', '0100000000'],
    ['with a field longer than the message', '00000000031a0541'],
    ['that ends inside a number', '000000000210ff'],
    ['that ends after a tag', '000000000110'],
    ['of an unknown wire type', '000000000113'],
    ['with a number of more than 64 bits', '000000000c10ffffffffffffffffffffff'],
  ])('refuses a message %s', (_, hex) => {
    expect(() => decode([Buffer.from(hex, 'hex')])).toThrow(
      expect.objectContaining({ code: 'etcd.bad-response' }) as Error,
    );
  });

  it('reads any bytes as something or refuses them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          decode([Buffer.concat([Buffer.from([0, 0, 0, 0, bytes.length]), bytes])]);
        } catch (error) {
          expect(error).toMatchObject({ code: 'etcd.bad-response' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

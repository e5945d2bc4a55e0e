import { KlosetStoreError } from '../errors.ts';
import { ByteReader } from '../format/byte-reader.ts';
import { compress, decompress } from '../format/compress.ts';
import { type PayloadSections } from '../format/rows-payload.ts';
import { openWith, sealTo, SECTION_OVERHEAD, type SealContext } from '../seal/index.ts';
import { decodeHeader, encodeHeader, FORMAT_VERSION, HEADER_BYTES } from './header.ts';

/** What the sections of a chunk hold. */
export const CHUNK_KINDS = ['rows', 'buckets', 'blocks'] as const;
export type ChunkKind = (typeof CHUNK_KINDS)[number];

const ENC_BYTES = 1120;
/** Header, kind, and for index and values: plain size, sealed size. */
const HEAD_BYTES = HEADER_BYTES + 1 + 16;
/** A section of a chunk never comes near it; a header that claims more is refused before memory is taken. */
const MOST_PLAIN = 1024 * 1024 * 1024;

export interface ChunkKey {
  readonly store: string;
  readonly cluster: string;
  readonly epoch: number;
}

/**
 * Compresses and seals a chunk:
 *
 * ```
 *    9  header `KLC` (see header.ts)
 *    1  kind: 1 rows, 2 buckets, 3 blocks
 *   16  index section: plain bytes, sealed bytes; values section: the same (u32 each, little-endian)
 * 1120  HPKE's encapsulated key
 *    …  index section, values section: Zstandard, then sealed, each with the first 26 bytes as AAD
 * ```
 *
 * @param level Zstandard's level
 * @returns parts of the object, to be put one after the other
 */
export function sealChunk(
  publicKey: Uint8Array,
  key: ChunkKey,
  kind: ChunkKind,
  { index, values }: PayloadSections,
  level = 3,
): Uint8Array[] {
  const sections = [compress(index, level), compress(values, level)];
  const head = Buffer.alloc(HEAD_BYTES);
  head.set(encodeHeader('KLC', key.epoch));
  head[HEADER_BYTES] = CHUNK_KINDS.indexOf(kind) + 1;
  [index, values].forEach((plain, i) => {
    head.writeUInt32LE(plain.length, HEADER_BYTES + 1 + i * 8);
    head.writeUInt32LE(sections[i]!.length + SECTION_OVERHEAD, HEADER_BYTES + 5 + i * 8);
  });
  const { enc, sealed } = sealTo(
    publicKey,
    contextOf(key),
    sections.map((plain) => ({ plain, aad: head })),
  );
  return [head, enc, ...sealed];
}

export interface OpenChunk {
  readonly kind: ChunkKind;
  index(): Uint8Array;
  values(): Uint8Array;
}

/**
 * Opens a chunk; each section is decrypted when it is asked for.
 *
 * @param bytes the whole object, whose SHA-256 the caller has compared with its name
 * @param privateKeyOf gives the private key of an epoch
 * @param name the object's name in the store, for errors
 * @throws `object.malformed`, `store.newer-format`, `seal.does-not-open`
 */
export function openChunk(
  bytes: Uint8Array,
  privateKeyOf: (epoch: number) => Uint8Array,
  key: Omit<ChunkKey, 'epoch'>,
  name: string,
): OpenChunk {
  const epoch = decodeHeader('KLC', bytes, name);
  const reader = new ByteReader(bytes.subarray(HEADER_BYTES), name);
  const kind = CHUNK_KINDS[reader.u8() - 1];
  if (kind === undefined) throw reader.malformed('its kind is unknown');
  const sizes = [0, 1].map(() => ({ plain: reader.u32(), sealed: reader.u32() }));
  const enc = reader.raw(ENC_BYTES);
  const sealed = sizes.map((size) => reader.raw(size.sealed));
  reader.end();
  const head = bytes.subarray(0, HEAD_BYTES);
  const opener = openWith(privateKeyOf(epoch), enc, contextOf({ ...key, epoch }), sizes.length);
  const section = (i: number): Uint8Array => {
    const size = sizes[i]!.plain;
    const packed = opener.open(i, sealed[i]!, head);
    try {
      if (size > MOST_PLAIN) throw new RangeError(`a section claims ${size} bytes`);
      return decompress(packed, size);
    } catch (cause) {
      throw new KlosetStoreError('object.malformed', `${name} does not decompress`, {
        cause,
        context: { object: name },
      });
    }
  };
  return { kind, index: () => section(0), values: () => section(1) };
}

function contextOf({ store, cluster, epoch }: ChunkKey): SealContext {
  return { format: FORMAT_VERSION, store, cluster, kind: 'chunk', id: '', epoch };
}

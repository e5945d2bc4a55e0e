import { openOnce, sealOnce } from './aes-gcm.ts';
import { CHUNK_SUITE, hpkeExporter, type HpkeExporter } from './hpke-exporter.ts';
import { lengthPrefixed, u32 } from './length-prefixed.ts';
import { doesNotOpen, encodeContext, type SealContext } from './seal-context.ts';
import {
  expandXWingSeed,
  parseXWingPublicKey,
  xWingDecapsulate,
  xWingEncapsulate,
  type XWingPrivateKey,
  type XWingPublicKey,
} from './x-wing.ts';

export { TAG_BYTES as SECTION_OVERHEAD } from './aes-gcm.ts';

const NO_AAD = new Uint8Array(0);

/** A part of a chunk that is opened on its own. */
export interface PlainSection {
  readonly plain: Uint8Array;
  /** Bytes that stand elsewhere in the open and must not change, such as the chunk's header. */
  readonly aad?: Uint8Array;
}

export interface SealedSections {
  /** HPKE's encapsulated key, 1,120 bytes. */
  readonly enc: Uint8Array;
  /** In the order given; each 16 bytes longer than its plain text. */
  readonly sealed: Uint8Array[];
}

/**
 * Seals sections that only the owner of the private key can open.
 *
 * HPKE base mode with X-Wing (0x647A), HKDF-SHA256 and the export-only AEAD (0xFFFF); info is
 * {@link encodeContext}. Section `i` of `n` is AES-256-GCM under the exported key (32 bytes) whose exporter
 * context is the length-prefixed fields `etcd-kloset/v1/chunk-section`, i, n (4 bytes each, big-endian); the
 * nonce is 12 zero bytes, since each key seals one message; ciphertext, then the tag of 16 bytes. Because
 * `n` is in it, no section can be left out, repeated or moved unseen.
 *
 * @param publicKey `KeyRing.dataPublicKey(context.epoch)`; taken apart once as long as it is the same array
 */
export function sealTo(
  publicKey: Uint8Array,
  context: SealContext,
  sections: readonly PlainSection[],
): SealedSections {
  const { sharedSecret, encapsulation } = xWingEncapsulate(parsedPublicKey(publicKey));
  const exporter = hpkeExporter(CHUNK_SUITE, sharedSecret, encodeContext(context));
  const sealed = sections.map(({ plain, aad }, index) =>
    sealOnce(sectionKey(exporter, index, sections.length), aad ?? NO_AAD, plain),
  );
  return { enc: encapsulation, sealed };
}

/** Opens the sections of one chunk, each by itself. */
export interface SectionOpener {
  /** @throws `seal.does-not-open` */
  open(index: number, sealed: Uint8Array, aad?: Uint8Array): Uint8Array;
}

/**
 * @param privateKey `KeyRing.dataPrivateKey(context.epoch)`; taken apart once as long as it is the same array
 * @param count how many sections the chunk has
 * @throws `seal.does-not-open` when `enc` cannot be one of ours; most wrong ones show only when a section is opened
 */
export function openWith(
  privateKey: Uint8Array,
  enc: Uint8Array,
  context: SealContext,
  count: number,
): SectionOpener {
  const exporter = hpkeExporter(
    CHUNK_SUITE,
    decapsulateFor(privateKey, enc, context),
    encodeContext(context),
  );
  return {
    open(index, sealed, aad = NO_AAD) {
      const plain = openOnce(sectionKey(exporter, index, count), aad, sealed);
      if (plain === undefined) throw doesNotOpen(context);
      return plain;
    },
  };
}

function sectionKey(exporter: HpkeExporter, index: number, count: number): Uint8Array {
  return exporter(lengthPrefixed('etcd-kloset/v1/chunk-section', u32(index), u32(count)));
}

function decapsulateFor(privateKey: Uint8Array, enc: Uint8Array, context: SealContext): Uint8Array {
  const key = parsedPrivateKey(privateKey);
  try {
    return xWingDecapsulate(key, enc);
  } catch (error) {
    throw doesNotOpen(context, error);
  }
}

const publicKeys = new WeakMap<Uint8Array, XWingPublicKey>();
const privateKeys = new WeakMap<Uint8Array, XWingPrivateKey>();

function parsedPublicKey(bytes: Uint8Array): XWingPublicKey {
  return cached(publicKeys, bytes, parseXWingPublicKey);
}

function parsedPrivateKey(bytes: Uint8Array): XWingPrivateKey {
  return cached(privateKeys, bytes, expandXWingSeed);
}

function cached<Parsed>(
  cache: WeakMap<Uint8Array, Parsed>,
  bytes: Uint8Array,
  parse: (bytes: Uint8Array) => Parsed,
): Parsed {
  const known = cache.get(bytes);
  if (known !== undefined) return known;
  const parsed = parse(bytes);
  cache.set(bytes, parsed);
  return parsed;
}

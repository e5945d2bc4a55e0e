import { type KeyRing } from '../keys/index.ts';
import { checkTrailer, openMetadata, sealMetadata, withTrailer, type SealContext } from '../seal/index.ts';
import { decodeHeader, encodeHeader, FORMAT_VERSION, HEADER_BYTES, type Magic } from './header.ts';
import { pack, unpack } from './packed.ts';

/** What a metadata object is: authenticated with it, never stored in it. */
export interface MetadataKind {
  readonly magic: Magic;
  readonly kind: 'table' | 'note' | 'config';
  /** '' for what is named after its own bytes. */
  readonly id: string;
}

/**
 * Seals a table, note or configuration: header (9 bytes), then the compressed plain bytes, sealed. What is not
 * named after its own bytes ends with their SHA-256.
 */
export function sealObject(
  ring: KeyRing,
  cluster: string,
  what: MetadataKind,
  plain: readonly Uint8Array[],
): Uint8Array[] {
  const sealed = sealMetadata(
    { key: ring.metadataKey(cluster, ring.epoch), context: contextOf(ring.store, cluster, what, ring.epoch) },
    pack(plain),
  );
  const parts = [encodeHeader(what.magic, ring.epoch), sealed];
  return what.id === '' ? parts : withTrailer(parts);
}

/**
 * @param name the object's name in the store, for errors
 * @throws `object.rotten`, `object.malformed`, `store.newer-format`, `seal.does-not-open`, `key.epoch`
 */
export function openObject(
  ring: KeyRing,
  cluster: string,
  what: MetadataKind,
  bytes: Uint8Array,
  name: string,
): Uint8Array {
  const body = what.id === '' ? bytes : checkTrailer(bytes, name);
  const epoch = decodeHeader(what.magic, body, name);
  const plain = openMetadata(
    { key: ring.metadataKey(cluster, epoch), context: contextOf(ring.store, cluster, what, epoch) },
    body.subarray(HEADER_BYTES),
  );
  return unpack(plain, name);
}

function contextOf(store: string, cluster: string, { kind, id }: MetadataKind, epoch: number): SealContext {
  return { format: FORMAT_VERSION, store, cluster, kind, id, epoch };
}

import { createHmac } from 'node:crypto';

/**
 * The part of HPKE (RFC 9180) that this project uses: base mode, KDF HKDF-SHA256, and the exporter alone
 * (AEAD 0xFFFF, section 5.3). The exporter and not the context's own sequence of messages, because the
 * sections of a chunk are opened apart and in any order, which a sequence does not allow.
 */
const VERSION = Buffer.from('HPKE-v1');
const EMPTY = new Uint8Array(0);
const MODE_BASE = 0x00;
const HASH_BYTES = 32;

export interface HpkeSuite {
  readonly kem: number;
  readonly aead: number;
}

/** X-Wing, HKDF-SHA256, export only: what chunks are sealed with. */
export const CHUNK_SUITE: HpkeSuite = { kem: 0x647a, aead: 0xffff };

const KDF_HKDF_SHA256 = 0x0001;

/** Gives 32 bytes for each exporter context. */
export type HpkeExporter = (exporterContext: Uint8Array) => Uint8Array;

/** The key schedule of section 5.1 from the KEM's shared secret to the exporter of section 5.3. */
export function hpkeExporter(suite: HpkeSuite, sharedSecret: Uint8Array, info: Uint8Array): HpkeExporter {
  const suiteId = Buffer.alloc(10, 'HPKE');
  suiteId.writeUInt16BE(suite.kem, 4);
  suiteId.writeUInt16BE(KDF_HKDF_SHA256, 6);
  suiteId.writeUInt16BE(suite.aead, 8);

  const pskIdHash = labeledExtract(suiteId, EMPTY, 'psk_id_hash', EMPTY);
  const infoHash = labeledExtract(suiteId, EMPTY, 'info_hash', info);
  const schedule = Buffer.concat([Buffer.of(MODE_BASE), pskIdHash, infoHash]);
  const secret = labeledExtract(suiteId, sharedSecret, 'secret', EMPTY);
  const exporterSecret = labeledExpand(suiteId, secret, 'exp', schedule);
  return (exporterContext) => labeledExpand(suiteId, exporterSecret, 'sec', exporterContext);
}

function labeledExtract(suiteId: Uint8Array, salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return createHmac('sha256', salt).update(VERSION).update(suiteId).update(label).update(ikm).digest();
}

/** HKDF-Expand to one hash's length is one HMAC: its block counter is 1. */
function labeledExpand(suiteId: Uint8Array, key: Uint8Array, label: string, info: Uint8Array): Uint8Array {
  const length = Buffer.of(0, HASH_BYTES);
  return createHmac('sha256', key)
    .update(length)
    .update(VERSION)
    .update(suiteId)
    .update(label)
    .update(info)
    .update(Buffer.of(1))
    .digest();
}

import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { type KeyRing } from '@etcd-kloset/kloset';
import { z } from 'zod';

/**
 * How a definition lies in its store and in Redis: its JSON, and two proofs of who wrote it.
 *
 * A definition says where a password is sent. The key of one cluster can seal what it likes into that cluster's
 * folder, and whoever has Redis can write there. So what the services follow was signed by a key of the whole store,
 * unless a key of one cluster is all that they have themselves.
 */
const envelopeSchema = z.object({
  v: z.literal(1),
  epoch: z.number().int().positive(),
  text: z.string(),
  store: z.string().optional(),
  cluster: z.string(),
});
export type DefinitionEnvelope = z.infer<typeof envelopeSchema>;

export function sealDefinition(ring: KeyRing, name: string, definition: unknown): DefinitionEnvelope {
  const text = JSON.stringify(definition);
  const { epoch } = ring;
  return {
    v: 1,
    epoch,
    text,
    ...(ring.clusterOnly === undefined ? { store: proof(ring, undefined, epoch, name, text) } : {}),
    cluster: proof(ring, ring.clusterIdOf(name), epoch, name, text),
  };
}

/**
 * The definition, if it was sealed by somebody who may.
 *
 * @returns undefined when it was not, or is none
 * @throws KlosetStoreError `key.epoch` for one of a newer key than ours, `key.wrong-cluster`
 */
export function openDefinition(ring: KeyRing, name: string, sealed: unknown): unknown {
  const { data: envelope } = envelopeSchema.safeParse(sealed);
  if (envelope === undefined) return undefined;
  const { epoch, text } = envelope;
  const isWhole = ring.clusterOnly === undefined;
  const given = isWhole ? envelope.store : envelope.cluster;
  const expected = proof(ring, isWhole ? undefined : ring.clusterIdOf(name), epoch, name, text);
  if (given === undefined || !isSame(given, expected)) return undefined;
  return parseText(text);
}

/** What it says, whoever wrote it. */
export function peekDefinition(sealed: unknown): unknown {
  const { data: envelope } = envelopeSchema.safeParse(sealed);
  return envelope === undefined ? undefined : parseText(envelope.text);
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Every role has metadata keys; that of the store as a whole is not among those of one cluster. */
function proof(
  ring: KeyRing,
  cluster: string | undefined,
  epoch: number,
  name: string,
  text: string,
): string {
  const key = hkdfSync('sha256', ring.metadataKey(cluster, epoch), '', 'etcd-kloset definition v1', 32);
  return createHmac('sha256', Buffer.from(key))
    .update(JSON.stringify([ring.store, name, text]))
    .digest('base64url');
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

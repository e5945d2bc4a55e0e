import { randomBytes } from 'node:crypto';
import { type EtcdClient } from '@etcd-kloset/testing';

const VALUE_BYTES = 64 * 1024;
const OPERATIONS = 16;

/** Writes values that no compression makes smaller: what is stored of them is as large as they are. */
export async function fillRandom(client: EtcdClient, bytes: number, prefix = 'random'): Promise<void> {
  for (let at = 0; at < bytes; at += OPERATIONS * VALUE_BYTES) {
    await client.txn(
      Array.from({ length: OPERATIONS }, (_, i) => ({
        key: `/${prefix}/${at + i}`,
        value: randomBytes(VALUE_BYTES),
      })),
    );
  }
}

import { hash } from 'node:crypto';

import { BoltFile } from '../read/bolt-file.ts';
import { memorySource, type ByteSource } from '../read/byte-source.ts';
import { type ModelBucket } from './write-file.ts';

/** Everything in a file, copied. */
export function readFile(source: ByteSource | Uint8Array): ModelBucket[] {
  const file = BoltFile.open(source instanceof Uint8Array ? memorySource(source) : source);
  return Array.from(file.buckets(), (bucket) => ({
    name: bucket.name,
    sequence: bucket.sequence,
    rows: Array.from(
      bucket.rows(),
      ({ key, value }) => [new Uint8Array(key), new Uint8Array(value)] as const,
    ),
  }));
}

/** A line for each bucket and row: quick to compare, and short to look at where they differ. */
export function linesOf(buckets: readonly ModelBucket[]): string[] {
  return buckets.flatMap(({ name, sequence, rows }) => [
    `bucket ${hash('sha1', name)} ${sequence.toString()}`,
    ...rows.map(([key, value]) => `${hash('sha1', key)} ${hash('sha1', value)}`),
  ]);
}

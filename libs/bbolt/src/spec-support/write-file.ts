import { BoltPlanner, type BoltPlan } from '../write/bolt-plan.ts';
import { BoltWriter } from '../write/bolt-writer.ts';

export interface ModelBucket {
  readonly name: Uint8Array;
  readonly sequence: bigint;
  readonly rows: readonly (readonly [key: Uint8Array, value: Uint8Array])[];
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** `rows` with keys `row-00000` and on. */
export function bucketOf(name: string, rows: number, valueBytes: (row: number) => number): ModelBucket {
  return {
    name: bytesOf(name),
    sequence: 0n,
    rows: Array.from({ length: rows }, (_, row) => [
      bytesOf(`row-${String(row).padStart(5, '0')}`),
      new Uint8Array(valueBytes(row)).fill(row % 251),
    ]),
  };
}

export function planFile(pageSize: number, buckets: readonly ModelBucket[]): BoltPlan {
  const planner = new BoltPlanner({ pageSize });
  for (const { name, sequence, rows } of buckets) {
    planner.startBucket(name, sequence);
    for (const [key, value] of rows) planner.row(key.length, value.length);
  }
  return planner.finish();
}

export function writePlanned(plan: BoltPlan, buckets: readonly ModelBucket[]): Uint8Array {
  const batches: Uint8Array[] = [];
  const writer = new BoltWriter(plan, (bytes) => batches.push(new Uint8Array(bytes)));
  for (const { name, rows } of buckets) {
    writer.startBucket(name);
    for (const [key, value] of rows) writer.row(key, value);
  }
  writer.finish();
  return new Uint8Array(Buffer.concat(batches));
}

export function writeFile(pageSize: number, buckets: readonly ModelBucket[]): Uint8Array {
  return writePlanned(planFile(pageSize, buckets), buckets);
}

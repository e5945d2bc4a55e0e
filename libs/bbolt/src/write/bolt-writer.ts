import { BoltError } from '../bolt-error.ts';
import { compareBytes, viewOf, writeU64 } from '../format/bytes.ts';
import { BUCKET_ELEMENT, BUCKET_HEADER_BYTES } from '../format/layout.ts';
import { writeMeta } from '../format/meta.ts';
import { type BoltPlan } from './bolt-plan.ts';
import { PageOutput, type BoltSink } from './page-output.ts';
import { notAsPlanned, TreeWriter } from './tree-writer.ts';
import { outOfOrder } from './write-checks.ts';

/**
 * The second of two passes: writes the file that a {@link BoltPlan} lays out, in one go from its first byte to its
 * last. What differs from the plan is an error, by `finish` at the latest: a file is whole only when `finish` has
 * returned. The bytes depend on buckets and rows alone.
 *
 * The file has two sound meta pages (transactions 0 and 1), no freelist (bbolt finds the free pages of such a file by
 * itself; there are none), then the tree of buckets, then the buckets one after the other. Bytes that nothing uses
 * are zero. Memory: one batch, and one branch page for each level.
 */
export class BoltWriter {
  private readonly plan: BoltPlan;
  private readonly output: PageOutput;
  private started = 0;
  private tree: TreeWriter | undefined;

  /** What `sink` throws passes through; the writer is of no more use then. */
  constructor(plan: BoltPlan, sink: BoltSink) {
    this.plan = plan;
    this.output = new PageOutput(sink);
    this.writeMetas();
    this.writeTop();
  }

  /** @throws BoltError `bbolt.plan-mismatch` */
  startBucket(name: Uint8Array): void {
    this.tree?.finish();
    this.tree = undefined;
    const planned = this.plan.buckets[this.started++];
    if (planned === undefined || compareBytes(planned.name, name) !== 0) throw notAsPlanned();
    this.tree = new TreeWriter(this.plan.pageSize, planned, this.output);
  }

  /**
   * The bucket's next row. Key and value may change once this has returned.
   *
   * @throws BoltError `bbolt.write-order`, `bbolt.plan-mismatch`
   */
  row(key: Uint8Array, value: Uint8Array): void {
    if (this.tree === undefined) throw outOfOrder('A row was written before its bucket was started.');
    this.tree.row(key, value, 0);
  }

  /** Emits what is left. @throws BoltError `bbolt.plan-mismatch` */
  finish(): void {
    this.tree?.finish();
    this.tree = undefined;
    this.output.flush();
    if (this.output.emitted !== this.plan.size) {
      throw new BoltError('bbolt.plan-mismatch', 'What was written is not the whole file that was planned.', {
        advice: 'Throw away what has been written.',
        context: { emitted: this.output.emitted, size: this.plan.size },
      });
    }
  }

  private writeMetas(): void {
    const { pageSize, pageCount: highWater, top } = this.plan;
    for (const slot of [0, 1] as const) {
      const start = this.output.reserve(pageSize);
      // Nothing has been in the output's buffer yet: it is all zeros.
      const page = this.output.buffer.subarray(start, start + pageSize);
      writeMeta(page, { slot, pageSize, root: top.root, highWater, txid: BigInt(slot) });
    }
  }

  private writeTop(): void {
    const tree = new TreeWriter(this.plan.pageSize, this.plan.top, this.output);
    const entry = new Uint8Array(BUCKET_HEADER_BYTES);
    const view = viewOf(entry);
    for (const { name, root, sequence } of this.plan.buckets) {
      writeU64(view, 0, root);
      view.setBigUint64(8, sequence, true);
      tree.row(name, entry, BUCKET_ELEMENT);
    }
    tree.finish();
  }
}

import { BoltError } from '../bolt-error.ts';
import { compareRanges, viewOf, writeU64 } from '../format/bytes.ts';
import {
  BRANCH_ELEMENT_BYTES,
  BRANCH_PAGE,
  LEAF_ELEMENT_BYTES,
  LEAF_PAGE,
  MAX_KEY_BYTES,
  PAGE_HEADER_BYTES,
} from '../format/layout.ts';
import { type PlannedTree } from './bolt-plan.ts';
import { type Child } from './branch-levels.ts';
import { type PageOutput } from './page-output.ts';
import { BATCH_BYTES, SHARED_LEAF_BYTES, TreePacker, type PackedPages } from './tree-packer.ts';
import { outOfOrder } from './write-checks.ts';

/** Writes the pages of one tree as its rows come. */
export class TreeWriter implements PackedPages {
  private readonly pageSize: number;
  private readonly plan: PlannedTree;
  private readonly output: PageOutput;
  private readonly packer: TreePacker;
  private readonly lastKey = new Uint8Array(MAX_KEY_BYTES);
  private lastKeyBytes = 0;
  private leaf = 0;
  /** Offsets into the output's buffer: of the leaf, its next element, its next key, and its longest possible end. */
  private leafAt = 0;
  private elementAt = 0;
  private dataAt = 0;
  private leafEnd = 0;

  constructor(pageSize: number, plan: PlannedTree, output: PageOutput) {
    this.pageSize = pageSize;
    this.plan = plan;
    this.output = output;
    this.packer = new TreePacker(pageSize, plan.firstPage, this);
  }

  /** @throws BoltError `bbolt.write-order`, `bbolt.plan-mismatch` */
  row(key: Uint8Array, value: Uint8Array, flags: number): void {
    const { packer, lastKey } = this;
    if (packer.rows > 0 && compareRanges(lastKey, 0, this.lastKeyBytes, key, 0, key.length) >= 0) {
      throw outOfOrder('A row was written whose key does not come after the one before.');
    }
    if (key.length > MAX_KEY_BYTES) throw notAsPlanned();
    lastKey.set(key);
    this.lastKeyBytes = key.length;
    if (packer.add(key.length, value.length)) {
      // Not `slice`: a Buffer's gives a view.
      packer.keepFirstKey(new Uint8Array(key));
      if (packer.leafPages * this.pageSize > BATCH_BYTES) {
        this.writeLongLeaf(key, value, flags);
        return;
      }
      this.openLeaf(Math.max(packer.leafPages * this.pageSize, SHARED_LEAF_BYTES));
    }
    const { elementAt, dataAt } = this;
    const valueAt = dataAt + key.length;
    const end = valueAt + value.length;
    if (end > this.leafEnd) throw notAsPlanned();
    const { buffer, view } = this.output;
    view.setUint32(elementAt, flags, true);
    view.setUint32(elementAt + 4, dataAt - elementAt, true);
    view.setUint32(elementAt + 8, key.length, true);
    view.setUint32(elementAt + 12, value.length, true);
    buffer.set(key, dataAt);
    buffer.set(value, valueAt);
    this.elementAt = elementAt + LEAF_ELEMENT_BYTES;
    this.dataAt = end;
  }

  /** @throws BoltError `bbolt.plan-mismatch` */
  finish(): void {
    const { packer, plan } = this;
    if (packer.rows === 0) this.openLeaf(this.pageSize);
    const root = packer.finish();
    // Rows of other sizes may happen to have the same fingerprint; pages that lie elsewhere would break the file.
    if (
      root !== plan.root ||
      packer.nextPage !== plan.endPage ||
      packer.rows !== plan.rows ||
      packer.fingerprint !== plan.fingerprint
    ) {
      throw notAsPlanned();
    }
  }

  closedLeaf(rows: number): void {
    if (this.plan.leafRows[this.leaf] !== rows) throw notAsPlanned();
    this.leaf++;
    if (this.leafEnd === 0) return;
    const { output, packer, leafAt } = this;
    const end = leafAt + packer.leafPages * this.pageSize;
    writeHeader(output.view, leafAt, {
      id: packer.leafId,
      flags: LEAF_PAGE,
      count: rows,
      pages: packer.leafPages,
    });
    output.buffer.fill(0, this.dataAt, end);
    output.giveBack(this.leafEnd - end);
  }

  closedBranch(id: number, children: readonly Child[], pages: number): void {
    const { output, pageSize } = this;
    const start = output.reserve(pages * pageSize);
    const page = output.buffer.subarray(start, start + pages * pageSize);
    page.fill(0);
    const view = viewOf(page);
    writeHeader(view, 0, { id, flags: BRANCH_PAGE, count: children.length, pages });
    let elementAt = PAGE_HEADER_BYTES;
    let keyAt = PAGE_HEADER_BYTES + children.length * BRANCH_ELEMENT_BYTES;
    for (const { id: childId, key } of children) {
      view.setUint32(elementAt, keyAt - elementAt, true);
      view.setUint32(elementAt + 4, key!.length, true);
      writeU64(view, elementAt + 8, childId);
      page.set(key!, keyAt);
      elementAt += BRANCH_ELEMENT_BYTES;
      keyAt += key!.length;
    }
  }

  /** Makes room for a leaf of up to `bytes`; where its rows go depends on how many the plan has for it. */
  private openLeaf(bytes: number): void {
    const rows = this.plan.leafRows[this.leaf];
    if (rows === undefined) throw notAsPlanned();
    this.leafAt = this.output.reserve(bytes);
    this.elementAt = this.leafAt + PAGE_HEADER_BYTES;
    this.dataAt = this.elementAt + rows * LEAF_ELEMENT_BYTES;
    this.leafEnd = this.leafAt + bytes;
  }

  /** A leaf longer than the output's buffer has one row, which goes through it piece by piece. */
  private writeLongLeaf(key: Uint8Array, value: Uint8Array, flags: number): void {
    const { output, packer } = this;
    const head = new Uint8Array(PAGE_HEADER_BYTES + LEAF_ELEMENT_BYTES);
    const view = viewOf(head);
    writeHeader(view, 0, { id: packer.leafId, flags: LEAF_PAGE, count: 1, pages: packer.leafPages });
    view.setUint32(PAGE_HEADER_BYTES, flags, true);
    view.setUint32(PAGE_HEADER_BYTES + 4, LEAF_ELEMENT_BYTES, true);
    view.setUint32(PAGE_HEADER_BYTES + 8, key.length, true);
    view.setUint32(PAGE_HEADER_BYTES + 12, value.length, true);
    output.append(head);
    output.append(key);
    output.append(value);
    output.zeros(packer.leafPages * this.pageSize - head.length - key.length - value.length);
    this.leafEnd = 0;
  }
}

interface Header {
  readonly id: number;
  readonly flags: number;
  readonly count: number;
  readonly pages: number;
}

function writeHeader(view: DataView, at: number, { id, flags, count, pages }: Header): void {
  writeU64(view, at, id);
  view.setUint16(at + 8, flags, true);
  view.setUint16(at + 10, count, true);
  view.setUint32(at + 12, pages - 1, true);
}

export function notAsPlanned(): BoltError {
  return new BoltError('bbolt.plan-mismatch', 'The rows that are written are not those that were planned.', {
    advice: 'Throw away what has been written, and plan and write the same rows.',
  });
}

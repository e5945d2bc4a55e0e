import { snapshotName } from '../format/names.ts';
import { readRecord, type PlainRecord } from '../objects/record-object.ts';
import { checkTrailer } from '../seal/index.ts';
import { note, type ClusterCheck } from './cluster-check.ts';
import { inOrder } from './in-order.ts';
import { READS_AT_ONCE, readSmall } from './object-bytes.ts';
import { finding, isFound, type Finding } from './problem-of.ts';

/**
 * Reads every record, oldest first, and learns from it what its snapshot needs.
 *
 * @param onRecord told of each record that can be read; what it throws is noted of the record
 */
export async function checkRecords(
  check: ClusterCheck,
  onRecord: (snapshot: string, record: PlainRecord) => void,
): Promise<void> {
  const { storage, id, listing, needs, options, report } = check;
  const read = (snapshot: string) =>
    finding(async () => {
      const bytes = await readSmall(storage, snapshotName(id, snapshot), options.signal);
      report.read(bytes.length);
      return bytes;
    });
  for await (const { item: snapshot, result: bytes } of inOrder(listing.snapshots, READS_AT_ONCE, read)) {
    const name = snapshotName(id, snapshot);
    // A record that is gone by now was pruned since the listing.
    if (isFound(bytes) && bytes.found.problem === 'missing') continue;
    report.snapshots.push(snapshot);
    const record = isFound(bytes) ? bytes : await finding(() => readRecord(bytes, name));
    if (isFound(record)) {
      note(check, name, isFound(bytes) ? bytes.found : await explain(record.found, bytes, name));
      continue;
    }
    for (const { kind, digest, size } of needs.add(snapshot, record.needs)) {
      note(check, name, {
        problem: 'inconsistent',
        message: `${name} says that the ${kind} ${digest} has ${size} bytes; an older record says otherwise.`,
      });
    }
    const result = await finding(() => {
      onRecord(snapshot, record);
    });
    if (isFound(result)) note(check, name, result.found);
  }
}

/** A flipped bit in the header can make a record look like another thing, or like one of a newer format. */
async function explain(found: Finding, bytes: Buffer, name: string): Promise<Finding> {
  const trailer = await finding(() => checkTrailer(bytes, name));
  if (found.problem !== 'newer-format') return isFound(trailer) ? trailer.found : found;
  const doubt = isFound(trailer) ? ' (or it is damaged: it does not end as records of our format do)' : '';
  return {
    problem: 'newer-format',
    message: `${found.message}${doubt}; it cannot be judged by this version, nor can what it needs.`,
  };
}

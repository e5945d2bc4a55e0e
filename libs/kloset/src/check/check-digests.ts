import { chunkName, tableName } from '../format/names.ts';
import { type NeededObject } from '../format/snapshot-map.ts';
import { decodeHeader } from '../objects/header.ts';
import { note, type ClusterCheck } from './cluster-check.ts';
import { inOrder } from './in-order.ts';
import { digestObject, READS_AT_ONCE, type DigestedObject } from './object-bytes.ts';
import { finding, isFound, type Finding } from './problem-of.ts';

type Kind = NeededObject['kind'];

/**
 * Compares objects that are named by their digest with their names, all that are there and all that a record
 * needs.
 *
 * @param order compares digests, where it matters in which order the objects are read
 * @param onSound told of each sound object, in that order; what it throws is noted of the object
 */
export async function checkDigests(
  check: ClusterCheck,
  kind: Kind,
  onSound: (object: DigestedObject) => void | Promise<void>,
  order?: (a: string, b: string) => number,
): Promise<void> {
  const { storage, options, report, listing, needs } = check;
  const listed = kind === 'chunk' ? listing.chunks : listing.tables;
  const unlisted = needs.all.filter((need) => need.kind === kind && !listed.has(need.digest));
  const digests = [...listed.keys(), ...unlisted.map(({ digest }) => digest)];
  if (order !== undefined) digests.sort(order);

  const read = (digest: string) =>
    finding(async () => {
      const name = nameOf(check, kind, digest);
      const size = listed.get(digest) ?? (await lateSize(check, name));
      const object = await digestObject(storage, name, size, options.signal);
      report.read(object.size);
      return object;
    });
  for await (const { item: digest, result: object } of inOrder(digests, READS_AT_ONCE, read)) {
    const name = nameOf(check, kind, digest);
    if (isFound(object)) {
      const found = object.found;
      // What nobody needs and is gone by now was pruned since the listing.
      if (found.problem !== 'missing') note(check, name, found);
      else if (needs.get(kind, digest) !== undefined) note(check, name, missing(name));
      continue;
    }
    const damage = damageOf(object, digest, needs.get(kind, digest)?.size);
    if (damage !== undefined) {
      note(check, name, damage);
      continue;
    }
    const result = await finding(async () => {
      decodeHeader(kind === 'chunk' ? 'KLC' : 'KLT', object.head, name);
      await onSound(object);
    });
    if (isFound(result)) note(check, name, result.found);
  }
}

/**
 * A needed object that the listing does not have: it is missing, or a backup that was committed meanwhile put it
 * there after its folder had been listed.
 */
async function lateSize({ storage, options }: ClusterCheck, name: string): Promise<number> {
  const info = await storage.stat(name, { signal: options.signal });
  // Reading what is not there says so.
  return info?.size ?? 0;
}

function nameOf({ id }: ClusterCheck, kind: Kind, digest: string): string {
  return kind === 'chunk' ? chunkName(id, digest) : tableName(id, digest);
}

function missing(name: string): Finding {
  return { problem: 'missing', message: `${name} is missing from the store.` };
}

/** @param wanted the size that a record gives it; none when no record needs it */
function damageOf({ name, size, digest }: DigestedObject, named: string, wanted = size): Finding | undefined {
  if (digest !== named) {
    return size === wanted
      ? { problem: 'rotten', message: `${name} is damaged: its SHA-256 is not its name.` }
      : { problem: 'wrong-size', message: `${name} is damaged: it has ${size} bytes instead of ${wanted}.` };
  }
  if (size === wanted) return undefined;
  return {
    problem: 'inconsistent',
    message: `${name} is what its name says and has ${size} bytes; a record says that it has ${wanted}.`,
  };
}

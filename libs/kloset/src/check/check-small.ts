import { decodeHeader, type Magic } from '../objects/header.ts';
import { checkTrailer } from '../seal/index.ts';
import { note, type ClusterCheck } from './cluster-check.ts';
import { inOrder } from './in-order.ts';
import { READS_AT_ONCE, readSmall } from './object-bytes.ts';
import { finding, isFound } from './problem-of.ts';

/**
 * Checks notes or configurations: small objects that end with their own SHA-256.
 *
 * @param names by the id that each object's name holds
 * @param onSound told of each sound one; what it throws is noted of the object
 */
export async function checkSmall(
  check: ClusterCheck,
  magic: Magic,
  names: ReadonlyMap<string, string>,
  onSound: (id: string, bytes: Buffer) => void,
): Promise<void> {
  const { storage, report, options } = check;
  const read = ([, name]: readonly [string, string]) =>
    finding(async () => {
      const bytes = await readSmall(storage, name, options.signal);
      report.read(bytes.length);
      return bytes;
    });
  for await (const { item, result: bytes } of inOrder(names, READS_AT_ONCE, read)) {
    const [id, name] = item;
    const result = isFound(bytes)
      ? bytes
      : await finding(() => {
          decodeHeader(magic, checkTrailer(bytes, name), name);
          onSound(id, bytes);
        });
    if (isFound(result) && result.found.problem !== 'missing') note(check, name, result.found);
  }
}

import { type Storage } from '@etcd-kloset/storage';
import { KEYS_PREFIX, STORE_FILE } from '../format/names.ts';
import { checkKeyFile } from '../keys/index.ts';
import { decodeStoreFile, type StoreFile } from '../store/store-file.ts';
import { type CheckProblem } from './check-types.ts';
import { inOrder } from './in-order.ts';
import { READS_AT_ONCE, readSmall } from './object-bytes.ts';
import { finding, isFound } from './problem-of.ts';
import { type Report } from './report.ts';

/** What stands above all clusters: `kloset.json` and the key files. */
export interface Roots {
  /** Undefined when it cannot be read. */
  readonly storeFile: StoreFile | undefined;
  /** Their problems; which snapshots they touch is known only once all clusters were looked at. */
  problems(allSnapshots: readonly string[]): CheckProblem[];
}

export async function checkRoots(
  storage: Storage,
  keyFiles: readonly string[],
  report: Report,
  signal: AbortSignal | undefined,
): Promise<Roots> {
  const read = async (name: string): Promise<Buffer> => {
    const bytes = await readSmall(storage, name, signal);
    report.read(bytes.length);
    return bytes;
  };
  const storeFile = await finding(async () => decodeStoreFile(await read(STORE_FILE), storage.url));
  const damagedKeys: { name: string; problem: CheckProblem['problem']; message: string }[] = [];
  let soundKeys = 0;
  const check = (name: string) =>
    finding(async () => {
      checkKeyFile(name.slice(KEYS_PREFIX.length), await read(name));
    });
  for await (const { item: name, result } of inOrder(keyFiles, READS_AT_ONCE, check)) {
    // One that is gone by now was removed by its owner.
    if (!isFound(result)) soundKeys++;
    else if (result.found.problem !== 'missing') damagedKeys.push({ name, ...result.found });
  }
  return {
    storeFile: isFound(storeFile) ? undefined : storeFile,
    problems: (all) => [
      ...(isFound(storeFile) ? [storeFileProblem(storeFile.found, all)] : []),
      ...damagedKeys.map((damaged) => keyFileProblem(damaged, soundKeys, all)),
      ...(soundKeys + damagedKeys.length === 0 ? [noKeyFile(all)] : []),
    ],
  };
}

function storeFileProblem(
  { problem, message }: Pick<CheckProblem, 'problem' | 'message'>,
  neededBy: readonly string[],
): CheckProblem {
  const meaning =
    problem === 'newer-format'
      ? 'What it holds cannot be judged by this version.'
      : 'Without it the store does not open. It never changes: a copy of it from any time is good.';
  return {
    object: STORE_FILE,
    kind: 'store',
    cluster: undefined,
    problem,
    message: `${endSentence(message)} ${meaning}`,
    neededBy,
  };
}

function keyFileProblem(
  { name, problem, message }: Pick<CheckProblem, 'problem' | 'message'> & { name: string },
  soundKeys: number,
  all: readonly string[],
): CheckProblem {
  const others = soundKeys === 1 ? 'the other key file' : `any of the other ${soundKeys} key files`;
  const meaning =
    soundKeys > 0
      ? `Whoever it was for cannot open the store with it; ${others} still opens it.`
      : 'No other key file is sound: without a copy of one nothing in this store can be restored.';
  return {
    object: name,
    kind: 'key',
    cluster: undefined,
    problem,
    message: `${endSentence(message)} ${meaning}`,
    neededBy: soundKeys > 0 ? [] : all,
  };
}

function noKeyFile(neededBy: readonly string[]): CheckProblem {
  return {
    object: KEYS_PREFIX,
    kind: 'key',
    cluster: undefined,
    problem: 'missing',
    message: 'The store has no key file: without a copy of one nothing in this store can be restored.',
    neededBy,
  };
}

function endSentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

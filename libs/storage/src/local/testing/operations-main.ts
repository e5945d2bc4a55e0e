/**
 * Does operations on a storage in a process of its own, so that a test can limit, trace or kill it:
 *
 *   node operations-main.ts ROOT [--as-user=UID] OPERATION…
 *
 * Operations, in order: `open`, `put:NAME:BYTES`, `get:NAME`, `stat:NAME`, `list`, `delete:NAME`, `now`,
 * `crowd:COUNT` (many puts and gets at once), `mark:TEXT` (a system call that a trace shows). For each, one line of
 * JSON on standard output: `{"result":…}` or `{"code":…,"retryable":…,"message":…}`.
 */
import { accessSync } from 'node:fs';
import { openStorage } from '../../open-storage.ts';
import { isStorageError } from '../../storage-error.ts';
import { type Storage } from '../../storage.ts';

const [root = '', ...args] = process.argv.slice(2);
let storage: Storage | undefined;

async function perform(operation: string): Promise<unknown> {
  const [kind, name = '', count = ''] = operation.split(':');
  storage ??= await openStorage(root);
  switch (kind) {
    case 'open':
      return 'opened';
    case 'put':
      return putInTwoParts(storage, name, Number(count));
    case 'get':
      return (await storage.get(name)).byteLength;
    case 'stat':
      return (await storage.stat(name))?.size ?? 'none';
    case 'list':
      return listAll(storage);
    case 'delete':
      return storage.delete(name).then(() => 'deleted');
    case 'now':
      return storage.now().then(() => 'told');
    case 'crowd':
      return crowd(storage, Number(name));
    case 'mark':
      return mark(name);
    default:
      throw new Error(`unknown operation ${operation}`);
  }
}

/** Two parts make the bytes go by another system call than what is printed: a test can tell them apart. */
async function putInTwoParts(into: Storage, name: string, count: number): Promise<string> {
  const bytes = Buffer.alloc(count, name);
  return into.put(name, [bytes.subarray(0, 1), bytes.subarray(1)]);
}

async function listAll(from: Storage): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of from.list('')) names.push(name);
  return names;
}

async function crowd(into: Storage, count: number): Promise<number> {
  const names = Array.from({ length: count }, (_, at) => `crowd/${at}`);
  await Promise.all(names.map((name) => into.put(name, Buffer.from(name))));
  const all = await Promise.all(names.map((name) => into.get(name)));
  return all.filter((bytes, at) => bytes.toString() === names[at]).length;
}

function mark(text: string): string {
  try {
    accessSync(`/mark/${text}`);
    return 'there is such a file';
  } catch {
    return 'marked';
  }
}

for (const arg of args) {
  const user = /^--as-user=(\d+)$/.exec(arg)?.[1];
  if (user !== undefined) {
    // Here rather than by the one who starts us: that user need not be able to read this program.
    process.setgroups?.([]);
    process.setgid?.(Number(user));
    process.setuid?.(Number(user));
    continue;
  }
  const answer = await perform(arg).then(
    (result) => ({ result }),
    (error: unknown) =>
      isStorageError(error)
        ? { code: error.code, retryable: error.retryable, message: error.message }
        : { code: 'no StorageError', message: String(error) },
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

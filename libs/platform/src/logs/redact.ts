import { isSecretName, REDACTED, withoutSecrets } from './secrets.ts';

const DEEPEST = 8;
const MOST_ENTRIES = 100;
const LONGEST = 8192;

/**
 * A copy of a value that may be written into a log: what is called a secret is gone, at any depth, and so is what
 * looks like one, in whatever it stands. The last line of defence: nothing here makes it right to log a secret.
 *
 * The copy is plain data of bounded size. Bytes are told by their number only.
 */
export function redact(value: unknown): unknown {
  return copy(value, 0, new Set());
}

function copy(value: unknown, depth: number, above: Set<object>): unknown {
  if (typeof value === 'string') return shortened(withoutSecrets(value));
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString();
  if (value instanceof URL) return withoutSecrets(value.href);
  if (above.has(value)) return '[itself]';
  if (depth >= DEEPEST) return '[too deep]';

  above.add(value);
  try {
    return copyInside(value, depth, above);
  } catch {
    // A getter that throws: what is said about it is still said.
    return '[unreadable]';
  } finally {
    above.delete(value);
  }
}

function copyInside(value: object, depth: number, above: Set<object>): unknown {
  if (Array.isArray(value) || value instanceof Set) {
    const items = [...(value as Iterable<unknown>)];
    const copied = items.slice(0, MOST_ENTRIES).map((item) => copy(item, depth + 1, above));
    return items.length > MOST_ENTRIES ? [...copied, `[${items.length - MOST_ENTRIES} more]`] : copied;
  }
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : entriesOf(value);
  const copied: Record<string, unknown> = {};
  for (const [key, item] of entries.slice(0, MOST_ENTRIES)) {
    const name = typeof key === 'string' ? key : JSON.stringify([copy(key, depth + 1, above)]).slice(1, -1);
    copied[withoutSecrets(name)] =
      item !== undefined && isSecretName(name, item) ? REDACTED : copy(item, depth + 1, above);
  }
  if (entries.length > MOST_ENTRIES) copied['…'] = `[${entries.length - MOST_ENTRIES} more]`;
  return copied;
}

function shortened(text: string): string {
  return text.length <= LONGEST
    ? text
    : `${text.slice(0, LONGEST)}… [${text.length - LONGEST} more characters]`;
}

/** Of an error also what does not show: its message and its cause. */
function entriesOf(value: object): [string, unknown][] {
  const entries = Object.entries(value);
  if (!(value instanceof Error)) return entries;
  const hidden: [string, unknown][] = [
    ['name', value.name],
    ['message', value.message],
  ];
  if (value.cause !== undefined) hidden.push(['cause', value.cause]);
  return [...hidden, ...entries.filter(([name]) => name !== 'cause' && name !== 'name')];
}

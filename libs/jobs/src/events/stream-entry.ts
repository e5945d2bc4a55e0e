import { JobsError } from '../errors.ts';
import { parseEvent } from './cloud-event.ts';
import { type CloudEvent, type EventType } from './event-types.ts';

/** An entry as ioredis gives it; no fields when it was trimmed before it was acknowledged. */
export type RawEntry = readonly [id: string, fields: readonly string[] | null];

/** An entry of the stream, not parsed yet: most readers want few of them. */
export interface StreamEntry {
  readonly id: string;
  readonly type: string | undefined;
  readonly subject: string | undefined;
  readonly json: string | undefined;
}

export interface EventFilter {
  readonly types?: readonly EventType[] | undefined;
  /** The cluster's name; for what concerns no cluster, the store's. */
  readonly subject?: string | undefined;
}

/** An entry that is no event we know: damaged, or of a newer version. */
export interface UnreadableEntry {
  readonly id: string;
  /** What its writer says it is. */
  readonly type: string | undefined;
  readonly error: JobsError;
}

export function entryOf(id: string, fields: readonly string[]): StreamEntry {
  const values = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) values.set(fields[at]!, fields[at + 1]!);
  return { id, type: values.get('type'), subject: values.get('subject'), json: values.get('event') };
}

/** Entries without a type or a subject pass: that something is wrong with them is seen when they are read. */
export function isWanted({ type, subject }: StreamEntry, filter: EventFilter): boolean {
  if (
    type !== undefined &&
    filter.types !== undefined &&
    !(filter.types as readonly string[]).includes(type)
  ) {
    return false;
  }
  return subject === undefined || filter.subject === undefined || subject === filter.subject;
}

/** Throws `event.invalid`. */
export function eventOf({ json, type }: StreamEntry): CloudEvent {
  if (json === undefined) throw new JobsError('event.invalid', 'The entry holds no event.');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new JobsError('event.invalid', 'The entry holds no JSON.');
  }
  const event = parseEvent(value);
  if (event.type !== type)
    throw new JobsError('event.invalid', 'The entry and its event differ in their type.');
  return event;
}

/** The event, or what is wrong with its entry. */
export function readEntry(
  entry: StreamEntry,
): { readonly event: CloudEvent } | { readonly unreadable: UnreadableEntry } {
  try {
    return { event: eventOf(entry) };
  } catch (error) {
    if (!(error instanceof JobsError)) throw error;
    return { unreadable: { id: entry.id, type: entry.type, error } };
  }
}

import { map, type Message, number, text, texts } from './protobuf.ts';

export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** One writer's entry in metadata.managedFields. */
export interface ManagedFields {
  readonly manager: string;
  readonly apiVersion: string;
  /** Seconds since 1970. */
  readonly time: number;
  /** What the manager owns, in the notation of FieldsV1. */
  readonly fields: string;
  readonly subresource?: string;
}

export interface Metadata {
  readonly name: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly generation?: number;
  /** Seconds since 1970. */
  readonly created: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: Owner;
  readonly managed?: readonly ManagedFields[];
}

/** metav1.ObjectMeta. */
export function objectMeta(meta: Metadata): Message {
  return [
    text(1, meta.name),
    text(2, meta.generateName ?? ''),
    text(3, meta.namespace ?? ''),
    text(4, ''),
    text(5, meta.uid),
    text(6, ''),
    number(7, meta.generation ?? 0),
    text(8, time(meta.created)),
    map(11, meta.labels ?? {}),
    map(12, meta.annotations ?? {}),
    text(13, meta.owner && ownerReference(meta.owner)),
    texts(17, (meta.managed ?? []).map(managedFields)),
  ].join('');
}

/** metav1.Time. */
export function time(seconds: number): Message {
  return number(1, seconds) + number(2, 0);
}

/** As it stands in JSON objects and in texts. */
export function isoTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function ownerReference(owner: Owner): Message {
  return [
    text(1, owner.kind),
    text(3, owner.name),
    text(4, owner.uid),
    text(5, owner.apiVersion),
    number(6, 1),
    number(7, 1),
  ].join('');
}

function managedFields(entry: ManagedFields): Message {
  return [
    text(1, entry.manager),
    text(2, 'Update'),
    text(3, entry.apiVersion),
    text(4, time(entry.time)),
    text(6, 'FieldsV1'),
    text(7, text(1, entry.fields)),
    text(8, entry.subresource ?? ''),
  ].join('');
}

/**
 * Writes protobuf messages as strings in which each character is one byte: the values are ASCII text, and
 * joining strings is much faster than joining buffers.
 */
export type Message = string;

/** A string or a nested message. Nothing is written for `undefined`, as Kubernetes does with empty fields. */
export function text(field: number, value: Message | undefined): Message {
  return value === undefined ? '' : tag(field, 2) + varint(value.length) + value;
}

export function number(field: number, value: number): Message {
  return tag(field, 0) + varint(value);
}

export function texts(field: number, values: readonly Message[]): Message {
  return values.map((value) => text(field, value)).join('');
}

export function map(field: number, entries: Readonly<Record<string, string>>): Message {
  return texts(
    field,
    Object.entries(entries).map(([key, value]) => text(1, key) + text(2, value)),
  );
}

/** The envelope in which Kubernetes keeps built-in objects: a magic prefix, then runtime.Unknown. */
export function storedObject(apiVersion: string, kind: string, object: Message): Buffer {
  const type = text(1, apiVersion) + text(2, kind);
  return Buffer.from(`k8s\0${text(1, type)}${text(2, object)}${text(3, '')}${text(4, '')}`, 'latin1');
}

function tag(field: number, wireType: number): Message {
  return varint(field * 8 + wireType);
}

function varint(value: number): Message {
  let rest = value;
  let bytes = '';
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes += String.fromCharCode((rest % 128) | 128);
  return bytes + String.fromCharCode(rest);
}

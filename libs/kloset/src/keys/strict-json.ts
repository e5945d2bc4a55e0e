import { KlosetStoreError } from '../errors.ts';

/** A JSON object whose fields are asked for by name and kind; what is missing or else is `key.unreadable`. */
export interface Fields {
  text(name: string): string;
  /** 32 hex digits. */
  id(name: string): string;
  /** Whole and at least 1. */
  count(name: string): number;
  /** Bytes of a fixed length, written in base64url. */
  bytes(name: string, length: number): Uint8Array;
  fields(name: string): Fields;
  list(name: string): Fields[];
  has(name: string): boolean;
}

/** @param what names the document in errors, such as "The writer key in w.key". */
export function parseFields(json: Uint8Array, what: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    // The cause would quote the text, which is secret.
    throw unreadable(what, 'it is not JSON');
  }
  return fieldsOf(value, what);
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unreadable(what, 'a JSON object is missing');
  }
  const object = value as Readonly<Record<string, unknown>>;
  const has = (name: string): boolean => Object.hasOwn(object, name);
  const get = (name: string): unknown => (has(name) ? object[name] : undefined);
  const text = (name: string): string => {
    const found = get(name);
    if (typeof found !== 'string') throw unreadable(what, `"${name}" is not a text`);
    return found;
  };
  return {
    has,
    text,
    id(name) {
      const found = text(name);
      if (!/^[0-9a-f]{32}$/.test(found)) throw unreadable(what, `"${name}" is not an id of 32 hex digits`);
      return found;
    },
    count(name) {
      const found = get(name);
      if (typeof found !== 'number' || !Number.isSafeInteger(found) || found < 1 || found > 0xffffffff) {
        throw unreadable(what, `"${name}" is not a number from 1 to 2^32 - 1`);
      }
      return found;
    },
    bytes(name, length) {
      const found = text(name);
      const bytes = Buffer.from(found, 'base64url');
      if (bytes.length !== length || bytes.toString('base64url') !== found) {
        throw unreadable(what, `"${name}" is not ${length} bytes in base64url`);
      }
      return new Uint8Array(bytes);
    },
    fields: (name) => fieldsOf(get(name), what),
    list(name) {
      const found = get(name);
      if (!Array.isArray(found)) throw unreadable(what, `"${name}" is not a list`);
      return found.map((element) => fieldsOf(element, what));
    },
  };
}

export function unreadable(what: string, reason: string, advice?: string): KlosetStoreError {
  return new KlosetStoreError('key.unreadable', `${what} cannot be read: ${reason}.`, {
    advice: advice ?? 'Use another copy of it, or ask the owner of the store for a new one.',
  });
}

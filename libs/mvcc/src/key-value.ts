/**
 * mvccpb.KeyValue, the value of a row (etcd api/mvccpb/kv.proto):
 * 1 key bytes, 2 create_revision, 3 mod_revision, 4 version, 5 value bytes, 6 lease (varints).
 */
export interface KeyValueFields {
  /** Offsets into the bytes that were parsed. */
  keyStart: number;
  keyEnd: number;
  createRevision: number;
  modRevision: number;
  version: number;
  valueStart: number;
  valueEnd: number;
  /** Lease id; 0n when there is none. */
  lease: bigint;
}

const KEY = 0x0a;
const CREATE_REVISION = 0x10;
const MOD_REVISION = 0x18;
const VERSION = 0x20;
const VALUE = 0x2a;
const LEASE = 0x30;
const NO_LEASE = 0n;

export function emptyFields(): KeyValueFields {
  return {
    keyStart: 0,
    keyEnd: 0,
    createRevision: 0,
    modRevision: 0,
    version: 0,
    valueStart: 0,
    valueEnd: 0,
    lease: NO_LEASE,
  };
}

/**
 * Parses `bytes[start, end)` into `out` if, and only if, writing the fields again would give the very
 * same bytes: fields in ascending order, none that has its default value, shortest varints, no number
 * past 2^53 (but the lease). Anything else returns false, and the row must be kept as it is.
 */
export function parseCanonical(bytes: Uint8Array, start: number, end: number, out: KeyValueFields): boolean {
  reset(out, start);
  const at = { position: start, end };
  let lastTag = 0;
  while (at.position < end) {
    const tag = bytes[at.position++]!;
    if (tag <= lastTag) return false;
    lastTag = tag;
    if (tag === KEY || tag === VALUE) {
      const length = readVarint(bytes, at);
      if (length <= 0 || length > end - at.position) return false;
      if (tag === KEY) {
        out.keyStart = at.position;
        out.keyEnd = at.position + length;
      } else {
        out.valueStart = at.position;
        out.valueEnd = at.position + length;
      }
      at.position += length;
    } else if (tag === LEASE) {
      out.lease = readVarint64(bytes, at);
      if (out.lease <= NO_LEASE) return false;
    } else {
      const value = readVarint(bytes, at);
      if (value <= 0) return false;
      if (tag === CREATE_REVISION) out.createRevision = value;
      else if (tag === MOD_REVISION) out.modRevision = value;
      else if (tag === VERSION) out.version = value;
      else return false;
    }
  }
  return at.position === end;
}

/**
 * Finds the user's key in a row's value without insisting on the canonical form. Where the key comes first, as etcd
 * writes it, what follows is not looked at.
 * @returns false when the bytes are not a KeyValue; else the key is at `out.keyStart..keyEnd`, empty if there is none.
 */
export function findUserKey(
  bytes: Uint8Array,
  start: number,
  end: number,
  out: { keyStart: number; keyEnd: number },
): boolean {
  out.keyStart = start;
  out.keyEnd = start;
  const at = { position: start, end };
  while (at.position < end) {
    const tag = readVarint(bytes, at);
    if (tag < 0) return false;
    const wireType = tag % 8;
    if (wireType === 0) {
      if (!skipVarint(bytes, at)) return false;
    } else if (wireType === 2) {
      const length = readVarint(bytes, at);
      if (length < 0 || length > end - at.position) return false;
      if (tag === KEY) {
        out.keyStart = at.position;
        out.keyEnd = at.position + length;
        return true;
      }
      at.position += length;
    } else {
      return false;
    }
  }
  return true;
}

/** The size that `writeKeyValue` will need. */
export function keyValueSize(
  fields: { createRevision: number; modRevision: number; version: number; lease: bigint },
  keySize: number,
  valueSize: number,
): number {
  return (
    (keySize === 0 ? 0 : 1 + varintSize(keySize) + keySize) +
    (fields.createRevision === 0 ? 0 : 1 + varintSize(fields.createRevision)) +
    (fields.modRevision === 0 ? 0 : 1 + varintSize(fields.modRevision)) +
    (fields.version === 0 ? 0 : 1 + varintSize(fields.version)) +
    (valueSize === 0 ? 0 : 1 + varintSize(valueSize) + valueSize) +
    (fields.lease === NO_LEASE ? 0 : 1 + varint64Size(fields.lease))
  );
}

/** Writes a KeyValue in canonical form at `offset` of `out`; returns the offset after it. */
export function writeKeyValue(
  out: Uint8Array,
  offset: number,
  key: Uint8Array,
  numbers: { createRevision: number; modRevision: number; version: number; lease: bigint },
  value: Uint8Array,
): number {
  let at = offset;
  if (key.length > 0) {
    out[at++] = KEY;
    at = writeVarint(out, at, key.length);
    out.set(key, at);
    at += key.length;
  }
  if (numbers.createRevision !== 0) {
    out[at++] = CREATE_REVISION;
    at = writeVarint(out, at, numbers.createRevision);
  }
  if (numbers.modRevision !== 0) {
    out[at++] = MOD_REVISION;
    at = writeVarint(out, at, numbers.modRevision);
  }
  if (numbers.version !== 0) {
    out[at++] = VERSION;
    at = writeVarint(out, at, numbers.version);
  }
  if (value.length > 0) {
    out[at++] = VALUE;
    at = writeVarint(out, at, value.length);
    out.set(value, at);
    at += value.length;
  }
  if (numbers.lease !== NO_LEASE) {
    out[at++] = LEASE;
    let rest = BigInt.asUintN(64, numbers.lease);
    while (rest > 0x7fn) {
      out[at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    out[at++] = Number(rest);
  }
  return at;
}

function reset(out: KeyValueFields, start: number): void {
  out.keyStart = out.keyEnd = out.valueStart = out.valueEnd = start;
  out.createRevision = out.modRevision = out.version = 0;
  out.lease = NO_LEASE;
}

interface Cursor {
  position: number;
  readonly end: number;
}

/** A shortest-form varint up to 2^53 - 1; -1 for anything else. */
function readVarint(bytes: Uint8Array, at: Cursor): number {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 8; i++) {
    if (at.position >= at.end) return -1;
    const byte = bytes[at.position++]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      if (byte === 0 && i > 0) return -1;
      return value <= Number.MAX_SAFE_INTEGER ? value : -1;
    }
    scale *= 128;
  }
  return -1;
}

/** Any varint of up to ten bytes, as numbers below zero have them. */
function skipVarint(bytes: Uint8Array, at: Cursor): boolean {
  for (let i = 0; i < 10 && at.position < at.end; i++) if (bytes[at.position++]! < 0x80) return true;
  return false;
}

/** A shortest-form varint below 2^63; -1n for anything else. */
function readVarint64(bytes: Uint8Array, at: Cursor): bigint {
  let value = 0n;
  for (let i = 0n; i < 9n; i++) {
    if (at.position >= at.end) return -1n;
    const byte = bytes[at.position++]!;
    value |= BigInt(byte & 0x7f) << (7n * i);
    if (byte < 0x80) return byte === 0 && i > 0n ? -1n : value;
  }
  return -1n;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

function varint64Size(value: bigint): number {
  let size = 1;
  for (let rest = BigInt.asUintN(64, value); rest > 0x7fn; rest >>= 7n) size++;
  return size;
}

function writeVarint(out: Uint8Array, offset: number, value: number): number {
  let at = offset;
  let rest = value;
  while (rest >= 128) {
    out[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  out[at++] = rest;
  return at;
}

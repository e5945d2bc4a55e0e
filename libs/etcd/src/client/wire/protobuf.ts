import { EtcdError } from '../etcd-error.ts';

/**
 * The part of the protocol buffers encoding that etcd's messages need: varints and length-delimited fields.
 * Fields of other wire types are skipped, as unknown fields must be.
 */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

export type FieldValue = string | Uint8Array | bigint | boolean;

/** Fields with the default value of their type are left out, as proto3 asks. */
export function encodeMessage(fields: readonly (readonly [number, FieldValue])[]): Buffer {
  const parts: Buffer[] = [];
  for (const [number, value] of fields) {
    if (typeof value === 'bigint' || typeof value === 'boolean') {
      const bits = BigInt.asUintN(64, BigInt(value));
      if (bits !== 0n) parts.push(tag(number, VARINT), varint(bits));
    } else {
      const bytes = Buffer.from(value);
      if (bytes.length === 0) continue;
      parts.push(tag(number, BYTES), varint(BigInt(bytes.length)), bytes);
    }
  }
  return Buffer.concat(parts);
}

function tag(field: number, wireType: number): Buffer {
  return varint(BigInt(field * 8 + wireType));
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

export interface FieldVisitor {
  varint?(field: number, value: bigint): void;
  /** `value` is a view of the message: it is not copied. */
  bytes?(field: number, value: Uint8Array): void;
}

/** @throws EtcdError `etcd.bad-response` if the message is cut short or not protocol buffers. */
export function readFields(message: Uint8Array, visitor: FieldVisitor): void {
  const cursor: Cursor = { message, at: 0 };
  while (cursor.at < message.length) {
    const tag = Number(readVarint(cursor));
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case VARINT: {
        const value = readVarint(cursor);
        visitor.varint?.(field, value);
        break;
      }
      case BYTES: {
        const value = take(cursor, Number(readVarint(cursor)));
        visitor.bytes?.(field, value);
        break;
      }
      case FIXED64:
        take(cursor, 8);
        break;
      case FIXED32:
        take(cursor, 4);
        break;
      default:
        throw malformed(`a field of wire type ${tag % 8}`);
    }
  }
}

/** Signed fields travel as the two's complement in 64 bits. */
export function signed(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

interface Cursor {
  readonly message: Uint8Array;
  at: number;
}

function readVarint(cursor: Cursor): bigint {
  // 28 bits fit in a small integer: most values end there.
  let low = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = nextByte(cursor);
    low |= (byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt(low);
  }
  let value = BigInt(low);
  for (let shift = 28n; shift < 70n; shift += 7n) {
    const byte = nextByte(cursor);
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw malformed('a number of more than 64 bits');
}

function nextByte(cursor: Cursor): number {
  const byte = cursor.message[cursor.at];
  if (byte === undefined) throw malformed('an end inside a field');
  cursor.at += 1;
  return byte;
}

function take(cursor: Cursor, length: number): Uint8Array {
  const end = cursor.at + length;
  if (end > cursor.message.length) throw malformed('an end inside a field');
  const value = cursor.message.subarray(cursor.at, end);
  cursor.at = end;
  return value;
}

function malformed(what: string): EtcdError {
  return new EtcdError('etcd.bad-response', `A message cannot be decoded: it has ${what}.`, {
    advice: 'Check that the endpoint is an etcd member and not another service.',
  });
}

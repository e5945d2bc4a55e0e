import { crc32c as nativeCrc32c } from '@node-rs/crc32';

/** CRC-32C (Castagnoli), as etcd uses it for both of its hashes. `seed` continues an earlier sum. */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  return nativeCrc32c(bytes, seed);
}

/** The Castagnoli polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/**
 * The CRC of A‖B from the CRC of A, the CRC of B and the length of B in bytes:
 * crc(A)·x^(8·|B|) ⊕ crc(B) in GF(2)[x] modulo the polynomial.
 *
 * The multiplication by a power of x is linear, so for each byte of |B| one table of four times 256
 * entries does it; tables are made when they are first needed, and row lengths are few.
 */
export function combineCrc32c(crcA: number, crcB: number, lengthB: number): number {
  let crc = crcA;
  let rest = lengthB;
  for (let place = 0; rest > 0; place++) {
    const digit = rest % 256;
    if (digit !== 0) crc = apply(shiftTable(place, digit), crc);
    rest = Math.floor(rest / 256);
  }
  return (crc ^ crcB) >>> 0;
}

const tables = new Map<number, Uint32Array>();

/** The table that multiplies by x^(8 · digit · 256^place). */
function shiftTable(place: number, digit: number): Uint32Array {
  const id = place * 256 + digit;
  let table = tables.get(id);
  if (table === undefined) {
    table = tableOf(powerOfX(8n * BigInt(digit) * 256n ** BigInt(place)));
    tables.set(id, table);
  }
  return table;
}

function apply(table: Uint32Array, crc: number): number {
  return (
    table[crc & 0xff]! ^
    table[256 + ((crc >>> 8) & 0xff)]! ^
    table[512 + ((crc >>> 16) & 0xff)]! ^
    table[768 + (crc >>> 24)]!
  );
}

function tableOf(factor: number): Uint32Array {
  const table = new Uint32Array(1024);
  const ofBit = new Uint32Array(32);
  for (let bit = 0; bit < 32; bit++) ofBit[bit] = multiply(factor, 2 ** bit);
  for (let byte = 0; byte < 4; byte++) {
    for (let value = 1; value < 256; value++) {
      const low = value & -value;
      const bit = 31 - Math.clz32(low);
      table[byte * 256 + value] = table[byte * 256 + value - low]! ^ ofBit[byte * 8 + bit]!;
    }
  }
  return table;
}

/** x^n modulo the polynomial, by squaring. In the reversed notation bit 31 is x^0. */
function powerOfX(n: bigint): number {
  let result = 0x8000_0000;
  let square = 0x4000_0000;
  for (let rest = n; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let mask = 0x8000_0000; mask !== 0; mask >>>= 1) {
    if (a & mask) product ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return product >>> 0;
}

/**
 * Joins fields so that no two different lists of fields give the same bytes: each field is its length in
 * bytes (4 bytes, big-endian) and then its bytes. Texts are UTF-8.
 *
 * Everything that is hashed, derived from or authenticated goes through here, led by a label that says
 * what it is for, so that bytes made for one purpose never pass for those of another.
 */
export function lengthPrefixed(...fields: readonly (string | Uint8Array)[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const field of fields) {
    const bytes = typeof field === 'string' ? Buffer.from(field, 'utf8') : field;
    parts.push(u32(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

/** A number as 4 bytes, big-endian. */
export function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

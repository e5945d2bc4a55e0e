import { BoltError } from '../bolt-error.ts';
import { compareBytes } from '../format/bytes.ts';
import {
  LEAF_ELEMENT_BYTES,
  MAX_KEY_BYTES,
  MAX_LEAF_BYTES,
  MAX_PAGE_BYTES,
  PAGE_HEADER_BYTES,
} from '../format/layout.ts';

/** Leaves the reader's limit of a leaf out of reach, at any page size. */
const MAX_ROW_BYTES = MAX_LEAF_BYTES - MAX_PAGE_BYTES - PAGE_HEADER_BYTES - LEAF_ELEMENT_BYTES;

/** @throws BoltError `bbolt.write-limit` */
export function requireRowSize(keyBytes: number, valueBytes: number): void {
  if (keyBytes < 1 || keyBytes > MAX_KEY_BYTES) {
    throw new BoltError('bbolt.write-limit', `A key of ${keyBytes} bytes cannot be kept in a bbolt file.`, {
      advice: `Keys have 1 to ${MAX_KEY_BYTES} bytes.`,
      context: { keyBytes },
    });
  }
  if (valueBytes < 0 || keyBytes + valueBytes > MAX_ROW_BYTES) {
    throw new BoltError(
      'bbolt.write-limit',
      `A row of ${keyBytes + valueBytes} bytes is longer than is written.`,
      {
        advice: `Rows have up to ${MAX_ROW_BYTES} bytes.`,
        context: { keyBytes, valueBytes },
      },
    );
  }
}

/** @throws BoltError `bbolt.write-order` */
export function requireAscending(previous: Uint8Array | undefined, name: Uint8Array): void {
  if (previous !== undefined && compareBytes(previous, name) >= 0) {
    throw outOfOrder('A bucket was started whose name does not come after the one before.');
  }
}

export function outOfOrder(message: string): BoltError {
  return new BoltError('bbolt.write-order', message, {
    advice: 'Hand over buckets by ascending name, and the rows of each by ascending key.',
  });
}

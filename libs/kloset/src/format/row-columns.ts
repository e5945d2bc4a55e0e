/** Rows of the `key` bucket as columns, in revision order. All arrays have at least `count` elements. */
export interface RowColumns {
  readonly count: number;
  readonly main: Float64Array;
  readonly sub: Uint32Array;
  /** Key and value of the row in the bbolt file, in bytes. */
  readonly length: Uint32Array;
  readonly tombstone: Uint8Array;
  readonly crc: Uint32Array;
  /** 16 bytes a row: the keyed hash of key and value. */
  readonly hash: Uint8Array;
}

export function newRowColumns(capacity: number): RowColumns & { count: number } {
  return {
    count: 0,
    main: new Float64Array(capacity),
    sub: new Uint32Array(capacity),
    length: new Uint32Array(capacity),
    tombstone: new Uint8Array(capacity),
    crc: new Uint32Array(capacity),
    hash: new Uint8Array(capacity * 16),
  };
}

import { EtcdError } from '../etcd-error.ts';

export const SNAPSHOT_PATH = '/etcdserverpb.Maintenance/Snapshot';

/** What a message of the stream says besides its blob. */
export interface SnapshotMessage {
  readonly blobBytes: number;
  /** Bytes of the database file that are still to come; the checksum after them does not count. */
  readonly remaining: number;
  /** The storage version, such as `3.6.0`; empty before etcd 3.6. */
  readonly version: string;
}

/** Where in the encoding the next byte stands. */
type Place = 'prefix' | 'tag' | 'varint' | 'length' | 'blob' | 'text' | 'skipped';

/** SnapshotResponse: 1 header (never filled in), 2 remaining_bytes, 3 blob, 4 version. */
const REMAINING = 2;
const BLOB = 3;
const VERSION = 4;
/** Longer than any version. */
const TEXT_LIMIT = 64;

/**
 * Takes the blobs out of a stream of length-prefixed SnapshotResponse messages as its bytes arrive, cut as they
 * may be. No message is put together first: blobs come out as views of what went in, in as many pieces. At 400 MB/s
 * and more the copy, and the garbage that it makes, cost more than all the rest of the client.
 */
export class SnapshotDecoder {
  /** Of the first message, once all of it has come. */
  first: SnapshotMessage | undefined;

  #place: Place = 'prefix';
  #prefixAt = 0;
  /** Bytes of the message that have not come yet. */
  #messageLeft = 0;
  #fieldLeft = 0;
  #field = 0;
  /** The number that is being read, and the weight of its next seven bits. */
  #value = 0;
  #weight = 1;
  #blobBytes = 0;
  #remaining = 0;
  #text = '';

  /**
   * Returns the blob bytes in `chunk`, in order.
   *
   * @throws EtcdError `etcd.bad-response`
   */
  push(chunk: Uint8Array): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let at = 0;
    while (at < chunk.length) {
      switch (this.#place) {
        case 'prefix':
          this.#readPrefix(chunk[at++]!);
          break;
        case 'tag':
        case 'varint':
        case 'length':
          this.#readNumber(chunk[at++]!);
          break;
        case 'blob':
        case 'text':
        case 'skipped': {
          const end = Math.min(at + this.#fieldLeft, chunk.length);
          const piece = chunk.subarray(at, end);
          if (this.#place === 'blob') pieces.push(piece);
          else if (this.#place === 'text') this.#text += Buffer.from(piece).toString('latin1');
          this.#fieldLeft -= piece.length;
          this.#messageLeft -= piece.length;
          at = end;
          if (this.#fieldLeft === 0) this.#endField();
          break;
        }
      }
    }
    return pieces;
  }

  /** A flag for compression, and the message's length as four bytes. */
  #readPrefix(byte: number): void {
    if (this.#prefixAt === 0) {
      if (byte !== 0) throw malformed('a compressed message');
      this.#messageLeft = 0;
    } else {
      this.#messageLeft = this.#messageLeft * 256 + byte;
    }
    if (++this.#prefixAt <= 4) return;
    this.#prefixAt = 0;
    this.#place = 'tag';
    if (this.#messageLeft === 0) this.#endMessage();
  }

  #readNumber(byte: number): void {
    if (--this.#messageLeft < 0) throw malformed('a field that is longer than its message');
    this.#value += (byte & 0x7f) * this.#weight;
    this.#weight *= 128;
    if (this.#weight > 2 ** 70) throw malformed('a number of more than 64 bits');
    if (byte >= 0x80) {
      if (this.#messageLeft === 0) throw malformed('an end inside a field');
      return;
    }
    const value = this.#value;
    this.#value = 0;
    this.#weight = 1;
    if (this.#place === 'tag') this.#beginField(value);
    else if (this.#place === 'length') this.#beginBytes(value);
    else {
      if (this.#field === REMAINING) this.#remaining = value;
      this.#endField();
    }
  }

  #beginField(tag: number): void {
    this.#field = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        this.#place = 'varint';
        break;
      case 1:
        this.#beginBytes(8);
        break;
      case 2:
        this.#place = 'length';
        break;
      case 5:
        this.#beginBytes(4);
        break;
      default:
        throw malformed(`a field of wire type ${tag % 8}`);
    }
    if (this.#messageLeft === 0 && this.#place !== 'prefix') throw malformed('an end inside a field');
  }

  #beginBytes(length: number): void {
    const isBytes = this.#place === 'length';
    if (length > this.#messageLeft) throw malformed('a field that is longer than its message');
    this.#fieldLeft = length;
    this.#place = 'skipped';
    if (isBytes && this.#field === BLOB) {
      this.#place = 'blob';
      this.#blobBytes += length;
    } else if (isBytes && this.#field === VERSION && length <= TEXT_LIMIT) {
      this.#place = 'text';
      this.#text = '';
    }
    if (length === 0) this.#endField();
  }

  #endField(): void {
    this.#place = 'tag';
    if (this.#messageLeft === 0) this.#endMessage();
  }

  #endMessage(): void {
    this.first ??= { blobBytes: this.#blobBytes, remaining: this.#remaining, version: this.#text };
    this.#blobBytes = 0;
    this.#remaining = 0;
    this.#place = 'prefix';
  }
}

function malformed(what: string): EtcdError {
  return new EtcdError('etcd.bad-response', `The snapshot stream cannot be decoded: it has ${what}.`, {
    advice: 'Check that the endpoint is an etcd member and not another service.',
  });
}

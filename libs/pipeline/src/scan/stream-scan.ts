import { createHash, type Hash } from 'node:crypto';
import { rowHasher } from '@etcd-kloset/kloset';
import { openPrivateFile, RowLog } from '@etcd-kloset/mvcc';
import { PageScanner } from './page-scanner.ts';
import { RowDigester } from './row-digester.ts';
import { TRAILER_BYTES, type ScanResult } from './scan-result.ts';
import { walkFile } from './walk-file.ts';

/** All that is done with a stream's bytes as they pass: their digest and their rows. Runs in the scan thread. */
export class StreamScan {
  readonly #digest: Hash = createHash('sha256');
  readonly #log: RowLog;
  readonly #digester: RowDigester;
  readonly #scanner: PageScanner;
  readonly #spool: number;
  /** The last bytes so far: they are the trailer if nothing follows. */
  #held = Buffer.alloc(0);
  #size = 0;

  constructor(idKey: Uint8Array, spool: number, spillFolder: string) {
    this.#spool = spool;
    this.#log = new RowLog({ openSpill: () => openPrivateFile(spillFolder) });
    this.#digester = new RowDigester(rowHasher(idKey));
    this.#scanner = new PageScanner(this.#digester, this.#log);
  }

  push(bytes: Uint8Array): void {
    const keep = Math.min(TRAILER_BYTES, bytes.length + this.#held.length);
    if (bytes.length >= keep) {
      this.#digest.update(this.#held).update(bytes.subarray(0, bytes.length - keep));
      this.#held = Buffer.from(bytes.subarray(bytes.length - keep));
    } else {
      const joined = Buffer.concat([this.#held, bytes]);
      this.#digest.update(joined.subarray(0, joined.length - keep));
      this.#held = joined.subarray(joined.length - keep);
    }
    this.#scanner.push(bytes, this.#size);
    this.#size += bytes.length;
  }

  /**
   * The spool file holds all bytes by now.
   * @param onRevision told the file's revision before the long walk begins
   */
  finish(hasTrailer: boolean, onRevision: (revision: number) => void): ScanResult {
    const trailer =
      hasTrailer && this.#held.length === TRAILER_BYTES ? this.#held.toString('hex') : undefined;
    if (trailer === undefined) this.#digest.update(this.#held);
    const size = this.#size - (trailer === undefined ? 0 : TRAILER_BYTES);
    return {
      sha256: this.#digest.digest('hex'),
      trailer,
      size,
      analysis: walkFile(this.#spool, size, this.#scanner, this.#digester, this.#log, onRevision),
    };
  }
}

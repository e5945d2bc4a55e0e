import { close, statfsSync, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { openPrivateFile } from '@etcd-kloset/mvcc';
import { PipelineError } from '../errors.ts';
import { SLAB_BYTES, SLABS, type ScanResult } from '../scan/scan-result.ts';
import { type PipelineThreads } from '../threads/pipeline-threads.ts';
import { type FromThread, type ToThread } from '../threads/thread-messages.ts';

const closeFile = promisify(close);

export interface IntakeOptions {
  readonly threads: PipelineThreads;
  /** 32 bytes: the key of the keyed row hash. */
  readonly idKey: Uint8Array;
  /** Where the spool file goes. Default: the system's folder for temporary files. */
  readonly folder?: string | undefined;
  /** Bytes to expect, to refuse early when they do not fit. */
  readonly expected?: number | undefined;
  /** Called as soon as the file's revision is known, before its rows are. */
  readonly onRevision?: ((revision: number) => void) | undefined;
}

/** A stream that was taken in whole: the spool file and what it was found to be. */
export interface Intake extends ScanResult {
  /** Descriptor of the spool file, which has no name any more. */
  readonly spool: number;
  close(): Promise<void>;
}

/**
 * Takes a stream in at full speed: bytes go from the caller into slabs of shared memory, from there to the
 * spool file and, at the same time, to the scan thread. The caller waits only when all slabs are in use.
 */
export class StreamIntake {
  readonly #slabs = new SharedArrayBuffer(SLABS * SLAB_BYTES);
  readonly #bytes = Buffer.from(this.#slabs as unknown as ArrayBuffer);
  readonly #free: number[] = Array.from({ length: SLABS }, (_, i) => i);
  /** How many still use a slab: the spool write and the scan thread. */
  readonly #users = new Uint8Array(SLABS);
  readonly #tell: (message: ToThread) => void;
  readonly #spool: number;
  readonly #folder: string;
  readonly #done: Promise<ScanResult>;
  #current: number;
  #filled = 0;
  #position = 0;
  #writing = 0;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  private constructor({ threads, idKey, onRevision }: IntakeOptions, folder: string, spool: number) {
    this.#folder = folder;
    this.#spool = spool;
    let settle: { resolve: (result: ScanResult) => void; reject: (error: Error) => void };
    this.#done = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    // It is awaited by `finish`; a failure before that stands in `#failure` too.
    this.#done.catch(() => undefined);
    const take = (message: FromThread): void => {
      if (message.kind === 'free') this.#release(message.slab);
      else if (message.kind === 'revision') onRevision?.(message.revision);
      else if (message.kind === 'scanned') settle.resolve(message.result);
    };
    this.#tell = threads.startScan(
      { slabs: this.#slabs, idKey, spool, spillFolder: folder },
      take,
      (error) => {
        // The scan has a file in the same folder, for the rows that do not fit into memory.
        const failure = isFull(error) ? spoolFailed(folder, error) : error;
        this.#fail(failure);
        settle.reject(failure);
      },
    );
    this.#current = this.#free.pop()!;
  }

  /** @throws PipelineError `backup.spool-full`, `backup.spool-failed` */
  static open(options: IntakeOptions): StreamIntake {
    const folder = options.folder ?? tmpdir();
    requireSpace(folder, options.expected ?? 0);
    try {
      return new StreamIntake(options, folder, openPrivateFile(folder));
    } catch (cause) {
      throw spoolFailed(folder, cause);
    }
  }

  /** Takes bytes; a promise means: wait before you give more. The bytes are copied. */
  write(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined) return failed(this.#failure);
    const room = SLAB_BYTES - this.#filled;
    if (bytes.length < room) {
      this.#bytes.set(bytes, this.#current * SLAB_BYTES + this.#filled);
      this.#filled += bytes.length;
      return undefined;
    }
    this.#bytes.set(bytes.subarray(0, room), this.#current * SLAB_BYTES + this.#filled);
    this.#filled = SLAB_BYTES;
    this.#send();
    const rest = bytes.subarray(room);
    const next = this.#free.pop();
    if (next === undefined) return this.#waitForSlab().then(() => this.write(rest));
    this.#current = next;
    return rest.length > 0 ? this.write(rest) : undefined;
  }

  /**
   * The end of the stream.
   * @param trailer whether the last 32 bytes are the SHA-256 that etcd sends last
   */
  async finish(trailer: boolean): Promise<Intake> {
    if (this.#filled > 0) this.#send();
    while (this.#writing > 0 && this.#failure === undefined) await this.#nextChange();
    if (this.#failure !== undefined) throw this.#failure;
    this.#tell({ kind: 'end', trailer });
    const result = await this.#done;
    return { ...result, spool: this.#spool, close: () => closeFile(this.#spool) };
  }

  /** Gives everything up; nothing is left behind. The caller closes the threads. */
  async abort(): Promise<void> {
    this.#fail(new Error('the intake was given up'));
    while (this.#writing > 0) await this.#nextChange();
    await closeFile(this.#spool);
  }

  #send(): void {
    const slab = this.#current;
    const length = this.#filled;
    const position = this.#position;
    this.#users[slab] = 2;
    this.#filled = 0;
    this.#position += length;
    this.#tell({ kind: 'slab', slab, length });
    this.#writing++;
    this.#spoolOut(slab, 0, length, position);
  }

  #spoolOut(slab: number, from: number, length: number, position: number): void {
    write(this.#spool, this.#bytes, slab * SLAB_BYTES + from, length, position, (error, written) => {
      if (error === null && written < length) {
        this.#spoolOut(slab, from + written, length - written, position + written);
        return;
      }
      this.#writing--;
      if (error !== null) this.#fail(spoolFailed(this.#folder, error));
      this.#release(slab);
    });
  }

  #release(slab: number): void {
    if (--this.#users[slab]! === 0) this.#free.push(slab);
    this.#wake?.();
  }

  async #waitForSlab(): Promise<void> {
    while (this.#free.length === 0) {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#nextChange();
    }
    this.#current = this.#free.pop()!;
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
    });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }
}

async function failed(error: Error): Promise<void> {
  await Promise.resolve();
  throw error;
}

/** Headroom beyond the expected size: the file grows while it streams. */
const HEADROOM = 64 * 1024 * 1024;

function requireSpace(folder: string, expected: number): void {
  let free: number;
  try {
    const { bavail, bsize } = statfsSync(folder);
    free = bavail * bsize;
  } catch (cause) {
    throw spoolFailed(folder, cause);
  }
  if (expected > 0 && free < expected + Math.min(HEADROOM, expected)) {
    throw new PipelineError(
      'backup.spool-full',
      `the spool folder ${folder} has ${free} bytes free; the database needs about ${expected}`,
      {
        advice: 'Free some space, or name another folder with --spool-dir.',
        context: { folder, free, expected },
      },
    );
  }
}

function isFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

function spoolFailed(folder: string, cause: unknown): PipelineError {
  if (isFull(cause)) {
    return new PipelineError('backup.spool-full', `the spool folder ${folder} is full`, {
      advice: 'Free some space, or name another folder with --spool-dir.',
      context: { folder },
      cause,
    });
  }
  return new PipelineError('backup.spool-failed', `the spool file in ${folder} cannot be written`, {
    advice: 'Name another folder with --spool-dir.',
    context: { folder },
    cause,
  });
}

import { cancelled } from './cancellation.ts';
import { EtcdError } from './etcd-error.ts';
import { type Call } from './grpc/call.ts';
import { GRPC, type GrpcStatus } from './grpc/status.ts';
import { ProgressWatchdog } from './progress-watchdog.ts';
import { SnapshotDecoder, type SnapshotMessage } from './wire/snapshot-decoder.ts';

/** Takes bytes, of any length but 0; they are a view that stays valid. */
export type BlobSink = (blob: Uint8Array) => void | Promise<void>;

export interface SnapshotOptions {
  readonly signal?: AbortSignal;
  /** The stream is given up when no byte has come for this long, in ms. Default: 60000. */
  readonly stallTimeoutMs?: number;
  /** Called once, before the first blob; the first blob waits for its promise. */
  readonly onStart?: (start: SnapshotStart) => void | Promise<void>;
}

export interface SnapshotStart {
  /** Bytes that will be passed on: the database file and the SHA-256 after it. */
  readonly bytes: number;
  /** As in {@link SnapshotResult}. */
  readonly storageVersion: string;
}

export interface SnapshotResult {
  /** Length of the database file plus 32 for the SHA-256 of it that follows. */
  readonly bytes: number;
  /** The schema of the database, such as `3.6.0`; empty before etcd 3.6. */
  readonly storageVersion: string;
}

/** The server sends the SHA-256 of the whole file in a message of its own, after `remaining_bytes` was 0. */
export const CHECKSUM_BYTES = 32;
const STALL_TIMEOUT_MS = 60_000;

/** The call of Snapshot, and what it says when it has failed. */
export interface SnapshotCall extends Call {
  /** For messages. */
  readonly endpoint: string;
  readonly describe: (status: GrpcStatus) => EtcdError;
}

/**
 * Passes every byte of a snapshot to `onBlob`, in order, the checksum at the end included but not verified.
 * Nothing more is read while the promise of `onBlob` is pending; what it throws ends the stream and is thrown on.
 *
 * @throws EtcdError `etcd.stalled`, `etcd.cancelled`, `etcd.snapshot-failed`, or what the member answered
 *   instead of a stream
 */
export function readSnapshot(
  call: SnapshotCall,
  onBlob: BlobSink,
  options: SnapshotOptions,
): Promise<SnapshotResult> {
  return new SnapshotReader(call, onBlob, options).result;
}

class SnapshotReader {
  readonly result: Promise<SnapshotResult>;
  readonly #call: SnapshotCall;
  readonly #onBlob: BlobSink;
  readonly #options: SnapshotOptions;
  readonly #decoder = new SnapshotDecoder();
  readonly #watchdog: ProgressWatchdog;
  readonly #settled = Promise.withResolvers<SnapshotResult>();
  readonly #abort = () => this.#fail(cancelled(this.#options.signal!));
  #over = false;
  #start: SnapshotStart | undefined;
  /** Pieces that wait for the end of the first message. */
  #early: Uint8Array[] = [];
  #received = 0;

  constructor(call: SnapshotCall, onBlob: BlobSink, options: SnapshotOptions) {
    this.#call = call;
    this.#onBlob = onBlob;
    this.#options = options;
    this.result = this.#settled.promise;
    const { signal, stallTimeoutMs = STALL_TIMEOUT_MS } = options;
    this.#watchdog = new ProgressWatchdog(stallTimeoutMs, () =>
      this.#fail(stalled(call.endpoint, this.#received, stallTimeoutMs)),
    );
    call.answer.on('data', (chunk: Buffer) => this.#take(chunk));
    void call.status.then((status) => this.#end(status));
    signal?.addEventListener('abort', this.#abort, { once: true });
    if (signal?.aborted === true) this.#abort();
  }

  #take(chunk: Buffer): void {
    if (this.#over) return;
    try {
      const pieces = this.#decoder.push(chunk);
      // A read error in the server can become an endless run of empty blobs: they are no progress.
      if (pieces.length === 0) return;
      this.#watchdog.progress();
      for (const piece of pieces) this.#received += piece.length;
      if (this.#start !== undefined) {
        this.#pass(pieces, 0);
        return;
      }
      this.#early.push(...pieces);
      if (this.#decoder.first !== undefined) this.#begin(this.#decoder.first);
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #begin({ blobBytes, remaining, version }: SnapshotMessage): void {
    this.#start = { bytes: blobBytes + remaining + CHECKSUM_BYTES, storageVersion: version };
    const pieces = this.#early;
    this.#early = [];
    const started = this.#options.onStart?.(this.#start);
    if (started === undefined) this.#pass(pieces, 0);
    else this.#hold(started, () => this.#pass(pieces, 0));
  }

  /** Returns false when the sink wants to wait: the rest is passed later. */
  #pass(pieces: readonly Uint8Array[], from: number): boolean {
    for (let at = from; at < pieces.length && !this.#over; at++) {
      const passed = this.#onBlob(pieces[at]!);
      if (passed !== undefined) {
        this.#hold(passed, () => this.#pass(pieces, at + 1));
        return false;
      }
    }
    return true;
  }

  #hold(until: Promise<void>, then: () => boolean): void {
    this.#call.answer.pause();
    this.#watchdog.suspend();
    const goOn = () => {
      if (this.#over) return;
      this.#watchdog.resume();
      if (then()) this.#call.answer.resume();
    };
    until.then(goOn).catch((error: unknown) => this.#fail(error as Error));
  }

  #end(status: GrpcStatus): void {
    if (this.#over) return;
    const received = this.#received;
    if (status.code !== GRPC.OK) {
      const error = this.#call.describe(status);
      this.#fail(received === 0 ? error : brokenOff(error, received));
    } else if (this.#start === undefined || received !== this.#start.bytes) {
      this.#fail(endedEarly(this.#call.endpoint, received, this.#start?.bytes));
    } else {
      this.#settle();
      this.#settled.resolve({ bytes: received, storageVersion: this.#start.storageVersion });
    }
  }

  #fail(error: Error): void {
    this.#settle();
    this.#call.cancel();
    this.#settled.reject(error);
  }

  #settle(): void {
    this.#over = true;
    this.#watchdog.stop();
    this.#options.signal?.removeEventListener('abort', this.#abort);
  }
}

function stalled(endpoint: string, received: number, timeoutMs: number): EtcdError {
  return new EtcdError(
    'etcd.stalled',
    `${endpoint} sent nothing more of its snapshot for ${timeoutMs / 1000} s, after ${received} bytes.`,
    {
      advice: 'Take another member, and check whether this one hangs or cannot read its disk.',
      retryable: true,
      context: { endpoint, received },
    },
  );
}

function brokenOff(cause: EtcdError, received: number): EtcdError {
  if (cause.code === 'etcd.cancelled') return cause;
  return new EtcdError(
    'etcd.snapshot-failed',
    `The snapshot broke off after ${received} bytes: ${cause.message}`,
    {
      advice: 'Take another member, or try again.',
      retryable: true,
      context: { ...cause.context, received },
      cause,
    },
  );
}

function endedEarly(endpoint: string, received: number, expected: number | undefined): EtcdError {
  return new EtcdError(
    'etcd.snapshot-failed',
    `${endpoint} ended its snapshot after ${received} bytes${expected === undefined ? '' : ` of ${expected}`}.`,
    {
      advice: 'Take another member, or try again.',
      retryable: true,
      context: { endpoint, received, expected },
    },
  );
}

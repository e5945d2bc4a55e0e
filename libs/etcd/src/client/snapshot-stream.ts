import { type ServiceError } from '@grpc/grpc-js';
import { cancelled, type MessageStream } from './endpoint.ts';
import { EtcdError } from './etcd-error.ts';
import { ProgressWatchdog } from './progress-watchdog.ts';
import { decodeSnapshotMessage, type SnapshotMessage } from './wire/snapshot-message.ts';

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

/**
 * Passes every byte of a snapshot to `onBlob`, in order, the checksum at the end included but not verified.
 * Nothing more is read while the promise of `onBlob` is pending; what it throws ends the stream and is thrown on.
 *
 * @throws EtcdError `etcd.stalled`, `etcd.cancelled`, `etcd.snapshot-failed`, or what the member answered
 *   instead of a stream
 */
export function readSnapshot(
  endpoint: string,
  { messages, describe }: MessageStream,
  onBlob: BlobSink,
  options: SnapshotOptions & { readonly signal: AbortSignal },
): Promise<SnapshotResult> {
  const { signal, onStart, stallTimeoutMs = STALL_TIMEOUT_MS } = options;
  return new Promise((resolve, reject) => {
    let start: SnapshotStart | undefined;
    let received = 0;
    let over = false;

    const watchdog = new ProgressWatchdog(stallTimeoutMs, () =>
      fail(stalled(endpoint, received, stallTimeoutMs)),
    );
    const abort = () => fail(cancelled(signal));
    const settle = (): boolean => {
      if (over) return false;
      over = true;
      watchdog.stop();
      signal.removeEventListener('abort', abort);
      return true;
    };
    const fail = (error: Error) => {
      if (!settle()) return;
      messages.cancel();
      reject(error);
    };
    const pass = ({ blob, remaining, version }: SnapshotMessage): void | Promise<void> => {
      received += blob.length;
      if (start !== undefined) return onBlob(blob);
      start = { bytes: blob.length + Number(remaining) + CHECKSUM_BYTES, storageVersion: version };
      const started = onStart?.(start);
      return started === undefined ? onBlob(blob) : started.then(() => onBlob(blob));
    };

    messages.on('data', (encoded: Buffer) => {
      if (over) return;
      try {
        const message = decodeSnapshotMessage(encoded);
        // A read error in the server can become an endless run of these: they are no progress.
        if (message.blob.length === 0) return;
        watchdog.progress();
        const passed = pass(message);
        if (passed === undefined) return;
        messages.pause();
        watchdog.suspend();
        passed.then(() => {
          watchdog.resume();
          messages.resume();
        }, fail);
      } catch (error) {
        fail(error as Error);
      }
    });
    messages.on('error', (error: ServiceError) => {
      if (over) return;
      // grpc-js ends the stream after an error, too: that is no second outcome.
      messages.removeAllListeners('end');
      describe(error).then(
        (described) => fail(received === 0 ? described : brokenOff(described, received)),
        fail,
      );
    });
    messages.on('end', () => {
      if (over) return;
      if (start === undefined || received !== start.bytes) fail(endedEarly(endpoint, received, start?.bytes));
      else if (settle()) resolve({ bytes: received, storageVersion: start.storageVersion });
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
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

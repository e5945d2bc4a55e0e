import { type KeyRing, type SnapshotSummary, type Store } from '@etcd-kloset/kloset';
import { abortable, abortedOr } from '../abortable.ts';
import { abortableCluster } from '../store/abortable-store.ts';
import { PipelineThreads } from '../threads/pipeline-threads.ts';
import { openSnapshot } from './opened-snapshot.ts';
import { restoredFile, type RestoredFile } from './restored-bytes.ts';

/** A snapshot on its way to somebody who keeps the bytes elsewhere. */
export interface SnapshotStream {
  readonly summary: SnapshotSummary;
  /** Bytes of the whole file, the SHA-256 at its end included: what `etcdutl snapshot restore` takes. */
  readonly size: number;
  /**
   * The file's bytes in order, to be read once. The last part comes only when everything before was found equal to
   * what was backed up: a file that ends without it is refused by `etcdutl`. Each part is the receiver's own.
   *
   * @throws KlosetStoreError, PipelineError `restore.not-equal`; the signal's reason
   */
  readonly parts: AsyncIterable<Uint8Array>;
  /** Ends everything. To be called when the parts are not read to their end; may be called always, and twice. */
  close(): Promise<void>;
}

/**
 * Opens a snapshot and gives the restored file piece by piece, with threads of its own, which end with the last
 * part, with a failure, with the signal, or with `close`.
 *
 * @param reference `latest`, an id or the beginning of one
 * @param cluster its name; may be left away where the store has one
 * @throws KlosetStoreError `snapshot.not-found`, `key.needs-owner`, …; the signal's reason
 */
export async function streamSnapshot(
  store: Store,
  ring: KeyRing,
  reference: string,
  cluster: string | undefined,
  signal?: AbortSignal,
): Promise<SnapshotStream> {
  const threads = new PipelineThreads(2, 1);
  const onAbort = (): void => void close();
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    signal?.removeEventListener('abort', onAbort);
    return (closing ??= threads.close());
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    signal?.throwIfAborted();
    const found = await abortable(openSnapshot(store, ring, reference, cluster), signal);
    const snapshot = { ...found, cluster: abortableCluster(found.cluster, signal) };
    const restored = await abortable(restoredFile(snapshot, threads), signal);
    return {
      summary: snapshot.summary,
      size: restored.size,
      parts: ownParts(restored, signal, close),
      close,
    };
  } catch (error) {
    await close();
    throw abortedOr(error, signal);
  }
}

/** `RestoredFile` lends its buffers; who sends them over a network has no way to tell when it is done with one. */
async function* ownParts(
  restored: RestoredFile,
  signal: AbortSignal | undefined,
  close: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  const parts = restored.parts();
  try {
    for (;;) {
      const step = await abortable(parts.next(), signal);
      if (step.done === true) return;
      yield new Uint8Array(step.value);
    }
  } catch (error) {
    throw abortedOr(error, signal);
  } finally {
    await close();
  }
}

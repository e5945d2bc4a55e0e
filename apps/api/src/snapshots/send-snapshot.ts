import { streamSnapshot } from '@etcd-kloset/pipeline';
import { type Boot } from '@etcd-kloset/platform';
import { type Request, type Response } from 'express';
import { type SnapshotView } from '../contract/schemas/snapshot.ts';
import { sendParts } from '../http/send-parts.ts';

/**
 * Sends the restored file. Its threads end with the answer, also when the client goes, or takes nothing; when something is wrong with
 * the snapshot, the connection breaks before the last part, without which `etcdutl` takes no file.
 */
export async function sendSnapshot(
  { stores }: Pick<Boot, 'stores'>,
  view: SnapshotView,
  request: Request,
  response: Response,
): Promise<void> {
  const { store, ring } = await stores.open(view.store, 'decrypt');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { signal } = gone;
  let opened: Awaited<ReturnType<typeof streamSnapshot>>;
  try {
    opened = await streamSnapshot(store, ring, view.id, view.cluster, signal);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  try {
    response.status(200).set({
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(opened.size),
      'Content-Disposition': `attachment; filename="${fileName(view)}"`,
      'X-Kloset-Status-Hash': opened.summary.statusHash.toString(16),
    });
    if (request.method === 'HEAD') response.end();
    else await sendParts(response, opened.parts);
  } catch (error) {
    // Nobody is left to be told.
    if (!signal.aborted) throw error;
  } finally {
    await opened.close();
  }
}

/** The cluster's name as far as any file system takes it. */
function fileName({ cluster, id }: SnapshotView): string {
  return `${cluster.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 100)}-${id}.db`;
}

import { parentPort, workerData } from 'node:worker_threads';
import { type SealedObject } from '@etcd-kloset/kloset';
import { SLAB_BYTES } from '../scan/scan-result.ts';
import { StreamScan } from '../scan/stream-scan.ts';
import { openJob } from './open-job.ts';
import { packChunk, sealPacked } from './packed-chunk.ts';
import { toPortable } from './portable-error.ts';
import { sealJob } from './seal-job.ts';
import {
  type FromThread,
  type JobResult,
  type ThreadJob,
  type ThreadSetup,
  type ToThread,
} from './thread-messages.ts';

/**
 * The program of every thread: it scans a stream if it was started for one, and makes and opens chunks as it
 * is told. The thread that scanned makes chunks afterwards, so that a small backup needs no second one.
 */
const port = parentPort!;
const { scan: setup } = workerData as ThreadSetup;
const scan = setup && new StreamScan(setup.idKey, setup.spool, setup.spillFolder);

port.on('message', (message: ToThread) => {
  try {
    take(message);
  } catch (error) {
    answer({ kind: 'failed', id: message.kind === 'job' ? message.id : undefined, error: toPortable(error) });
  }
});

function take(message: ToThread): void {
  switch (message.kind) {
    case 'slab':
      scan!.push(
        Buffer.from(setup!.slabs as unknown as ArrayBuffer, message.slab * SLAB_BYTES, message.length),
      );
      answer({ kind: 'free', slab: message.slab });
      break;
    case 'end':
      answer({
        kind: 'scanned',
        result: scan!.finish(message.trailer, (revision) => {
          answer({ kind: 'revision', revision });
        }),
      });
      break;
    case 'job': {
      const { result, transfer } = doJob(message.job);
      answer({ kind: 'done', id: message.id, result }, transfer);
      break;
    }
  }
}

function doJob(job: ThreadJob): { result: JobResult; transfer: ArrayBuffer[] } {
  switch (job.kind) {
    case 'open': {
      const result = openJob(job);
      return { result, transfer: [result.index.buffer as ArrayBuffer, result.values.buffer as ArrayBuffer] };
    }
    case 'pack': {
      const bytes = packChunk(job);
      return { result: { bytes }, transfer: [bytes.buffer] };
    }
    case 'seal-packed':
      return made(sealPacked(job));
    case 'rows':
    case 'blocks':
      return made(sealJob(job));
  }
}

function made({ digest, parts }: SealedObject): { result: JobResult; transfer: ArrayBuffer[] } {
  const bytes = new Uint8Array(parts[0]!);
  return { result: { digest, bytes }, transfer: [bytes.buffer] };
}

function answer(message: FromThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

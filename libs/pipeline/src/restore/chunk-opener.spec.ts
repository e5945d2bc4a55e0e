import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chunkName, clusterByName, createMasterBundle, ownerRing } from '@etcd-kloset/kloset';
import { openStorage } from '@etcd-kloset/storage';
import { PipelineThreads } from '../threads/pipeline-threads.ts';
import { chunkOpener } from './chunk-opener.ts';

describe('a chunk that is to be restored', () => {
  it('is not read when it is larger than its record says, whatever somebody put in its place', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'kloset-opener-'));
    const storage = await openStorage(folder);
    const threads = new PipelineThreads(1);
    try {
      const ring = ownerRing(createMasterBundle());
      const cluster = clusterByName({ storage, id: ring.store, created: '' }, ring, 'prod');
      const [row, bucket] = ['a'.repeat(64), 'b'.repeat(64)];
      for (const digest of [row, bucket]) await storage.put(chunkName(cluster.id, digest), Buffer.alloc(100));
      const chunk = { digest: row, objectSize: 99, table: '', section: 0, rows: 1, plainBytes: 1 };
      const map = {
        tables: [],
        rowChunks: [{ ...chunk, firstMain: 1, firstSub: 0, live: undefined }],
        bucketChunks: [{ digest: bucket, size: 99 }],
      };
      const open = chunkOpener({ cluster, map }, threads);
      for (const digest of [row, bucket]) {
        await expect(open(digest)).rejects.toMatchObject({
          code: 'object.rotten',
          message: expect.stringContaining('more than the 99 bytes') as string,
          context: { object: chunkName(cluster.id, digest) },
        });
      }
    } finally {
      await threads.close();
      await storage.close();
      await rm(folder, { recursive: true });
    }
  });
});

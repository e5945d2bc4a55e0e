import { randomBytes, randomUUID } from 'node:crypto';
import { openSync, closeSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type BackupsQueue,
  backupsQueue,
  connectRedis,
  type JobQueue,
  openQueue,
  putsQueue,
  type PutsQueue,
  type RedisHandle,
  type SealJob,
  Staging,
} from '@etcd-kloset/jobs';
import {
  createMasterBundle,
  createStore,
  issueWriterCredential,
  KEY_FOLDER,
  keyFileName,
  type KeyRing,
  ownerRing,
  wrapBundle,
  writeCredentialFile,
} from '@etcd-kloset/kloset';
import { PipelineThreads, sealTarget, stagingAad, stagingKey } from '@etcd-kloset/pipeline';
import {
  type Boot,
  configurationFrom,
  createLogger,
  createStorePool,
  startTelemetry,
  type StorePool,
  type Telemetry,
} from '@etcd-kloset/platform';
import { openStorage } from '@etcd-kloset/storage';
import { RedisServer } from '@etcd-kloset/testing';
import { type SealContext } from '../processor.ts';
import { type PutQueues, putQueues } from '../put-queues.ts';
import { sharedThreads, type SharedThreads } from '../shared-threads.ts';

const MIB = 1024 * 1024;
const log = createLogger({ service: 'test', level: 'error' });

interface Parts {
  readonly folder: string;
  readonly owner: KeyRing;
  readonly server: RedisServer;
  readonly redis: RedisHandle;
  readonly stores: StorePool;
  readonly telemetry: Telemetry;
}

/** A real Redis, a store's writer key, and what a chunk worker is made of. */
export class SealBench {
  readonly staging: Staging;
  readonly threads: SharedThreads = sharedThreads(1);
  readonly queues: PutQueues;
  readonly backups: JobQueue<BackupsQueue>;
  readonly puts: JobQueue<PutsQueue>;
  readonly parts: Parts;
  readonly content: Buffer;
  readonly #spool: number;

  private constructor(parts: Parts) {
    const { folder, redis } = parts;
    this.parts = parts;
    this.staging = new Staging(redis, {
      totalBytes: 32 * MIB,
      perStoreBytes: 32 * MIB,
      perBackupBytes: 32 * MIB,
      expiryMs: 600_000,
    });
    this.queues = putQueues({ ...parts, log } as unknown as Boot);
    this.backups = openQueue(redis, backupsQueue('main'));
    this.puts = openQueue(redis, putsQueue({ kind: 'local', store: 'main' }));
    const file = path.join(folder, 'spool');
    this.content = randomBytes(65_536);
    writeFileSync(file, this.content);
    this.#spool = openSync(file, 'r');
  }

  static async start(program: string): Promise<SealBench> {
    const folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-seals-'));
    const url = path.join(folder, 'store');
    const writerKeyFile = path.join(folder, 'writer.key');
    const storage = await openStorage(url, { create: true });
    const bundle = createMasterBundle();
    const bytes = await wrapBundle(bundle, { passphrase: 'open sesame', workFactor: 4 });
    await createStore(storage, bundle.store, [{ name: KEY_FOLDER + keyFileName('owner', bytes), bytes }]);
    await storage.close();
    await writeCredentialFile(writerKeyFile, issueWriterCredential(bundle));
    const { stores } = configurationFrom({ stores: { main: { url, writerKeyFile } } });
    const server = await RedisServer.start(program);
    return new SealBench({
      folder,
      owner: ownerRing(bundle),
      server,
      redis: connectRedis({ url: server.url }),
      stores: createStorePool({ stores, giveUpAfterMs: 100 }),
      telemetry: await startTelemetry('test', {}, log),
    });
  }

  get context(): SealContext {
    const { redis, stores, telemetry } = this.parts;
    const { queues, staging, threads } = this;
    const { metrics } = telemetry;
    return { metrics, queues, redis, staging, stores, storeOutageMs: 3_600_000, threads };
  }

  /** A backup's job, and one plain chunk of it in staging. */
  async plain(): Promise<SealJob> {
    const { owner } = this.parts;
    const cluster = owner.clusterIdOf('prod');
    const chunk = { backup: randomUUID(), attempt: randomUUID(), sequence: 0 };
    await this.backups.add(
      'backup',
      {
        version: 1,
        backup: chunk.backup,
        cluster: 'prod',
        store: 'main',
        trigger: 'api',
        requestedAt: new Date().toISOString(),
        step: 'read',
      },
      { jobId: chunk.backup },
    );
    const target = sealTarget({ ring: owner, id: cluster });
    const packing = new PipelineThreads(1);
    const bytes = await packing.packChunk({
      chunk: {
        kind: 'blocks',
        spool: this.#spool,
        numbers: Float64Array.of(0),
        lengths: Uint32Array.of(this.content.length),
        target,
        level: 1,
      },
      key: stagingKey(owner, cluster),
      aad: stagingAad({ ...chunk, kind: 'chunk' }),
    });
    await packing.close();
    await this.staging.beginAttempt(chunk.backup, chunk.attempt, 'main');
    await this.staging.reserveAndPut(chunk, 'main', bytes);
    return { version: 1, chunk, store: 'main', cluster, epoch: target.epoch, bytes: bytes.length, level: 1 };
  }

  async stop(): Promise<void> {
    const { folder, redis, server, stores, telemetry } = this.parts;
    closeSync(this.#spool);
    await Promise.all([this.threads.close(), this.queues.close(), this.backups.close(), this.puts.close()]);
    this.staging.close();
    await stores.close();
    await telemetry.shutdown();
    await redis.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

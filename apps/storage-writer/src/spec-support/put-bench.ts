import { hash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectRedis, type PutJob, type RedisHandle, Staging } from '@etcd-kloset/jobs';
import {
  chunkName,
  createMasterBundle,
  createStore,
  KEY_FOLDER,
  keyFileName,
  wrapBundle,
} from '@etcd-kloset/kloset';
import {
  configurationFrom,
  createLogger,
  createStorePool,
  startTelemetry,
  type StorePool,
  type Telemetry,
} from '@etcd-kloset/platform';
import { openStorage, type Storage } from '@etcd-kloset/storage';
import { RedisServer } from '@etcd-kloset/testing';
import { type PutContext } from '../processor.ts';

export const MIB = 1024 * 1024;

/** A real Redis, a real store, and what a writer is made of. */
export class PutBench {
  readonly folder: string;
  readonly storeFolder: string;
  readonly server: RedisServer;
  readonly redis: RedisHandle;
  readonly staging: Staging;
  readonly storage: Storage;
  readonly stores: StorePool;
  readonly telemetry: Telemetry;
  readonly cluster = '0123456789abcdef0123456789abcdef';

  private constructor(
    folder: string,
    server: RedisServer,
    storage: Storage,
    stores: StorePool,
    telemetry: Telemetry,
  ) {
    this.folder = folder;
    this.storeFolder = path.join(folder, 'store');
    this.server = server;
    this.storage = storage;
    this.stores = stores;
    this.telemetry = telemetry;
    this.redis = connectRedis({ url: server.url });
    this.staging = new Staging(this.redis, {
      totalBytes: 32 * MIB,
      perStoreBytes: 32 * MIB,
      perBackupBytes: 32 * MIB,
      expiryMs: 600_000,
    });
  }

  static async start(program: string): Promise<PutBench> {
    const folder = await mkdtemp(path.join(tmpdir(), 'etcd-kloset-puts-'));
    const url = path.join(folder, 'store');
    const storage = await openStorage(url, { create: true });
    const bundle = createMasterBundle();
    const bytes = await wrapBundle(bundle, { passphrase: 'open sesame', workFactor: 4 });
    await createStore(storage, bundle.store, [{ name: KEY_FOLDER + keyFileName('owner', bytes), bytes }]);
    const { stores } = configurationFrom({ stores: { main: { url } } });
    const log = createLogger({ service: 'test', level: 'error' });
    return new PutBench(
      folder,
      await RedisServer.start(program),
      storage,
      createStorePool({ stores, giveUpAfterMs: 100 }),
      await startTelemetry('test', {}, log),
    );
  }

  get context(): PutContext {
    const { redis, staging, stores, telemetry } = this;
    return { metrics: telemetry.metrics, redis, staging, stores, storeOutageMs: 3_600_000 };
  }

  /** Begins an attempt, and has one sealed chunk of it in staging. */
  async sealed(size = 1000): Promise<PutJob> {
    const chunk = { backup: randomUUID(), attempt: randomUUID(), sequence: 0 };
    const bytes = randomBytes(size);
    const digest = hash('sha256', bytes);
    await this.staging.beginAttempt(chunk.backup, chunk.attempt, 'main');
    await this.staging.reserveAndPut(chunk, 'main', randomBytes(size));
    await this.staging.replaceBySealed(chunk, bytes, digest);
    return { version: 1, chunk, store: 'main', cluster: this.cluster, digest, size };
  }

  nameOf({ digest }: PutJob): string {
    return chunkName(this.cluster, digest);
  }

  async stop(): Promise<void> {
    this.staging.close();
    await this.stores.close();
    await this.storage.close();
    await this.telemetry.shutdown();
    await this.redis.close();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

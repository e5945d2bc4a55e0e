import { type Redis } from 'ioredis';
import { type ChunkRef, type StoredChunk } from '../backup/chunk-job.ts';
import { JobsError } from '../errors.ts';
import { disconnect, type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { orRedisError } from '../redis/redis-errors.ts';
import { type RedisScript, runScript } from '../redis/run-script.ts';
import {
  type ChunkState,
  chunkState,
  DRAFT,
  leaseOf,
  parseResult,
  type StoredChunkOf,
} from './chunk-state.ts';
import { type StagingLimits, whenThereIsRoom } from './room.ts';
import {
  ARRIVED,
  BEGIN,
  END,
  END_BACKUP,
  LEAVE,
  RESERVE,
  SEALED,
  STATE,
  STORED,
  SWEEP,
  USAGE,
} from './staging-scripts.ts';
import { storedChunks } from './stored-chunks.ts';

/** Of a draft, in bytes. */
export const MAX_DRAFT_BYTES = 64 * 1024 * 1024;

/** What must come after a reservation within so long; a writer that vanished in between holds its room no longer. */
const RESERVED_MS = 60_000;
/** Who waits for room asks at least ten times a second; after so long without a word its place is free. */
const GONE_MS = 10_000;

export interface StagingUsage {
  /** Bytes, those that are reserved included. */
  readonly total: number;
  readonly byStore: Readonly<Record<string, number>>;
  readonly byBackup: Readonly<Record<string, number>>;
}

type AttemptRef = Omit<ChunkRef, 'sequence'>;

/**
 * Where chunks lie on their way from worker to worker: in Redis, encrypted by who puts them there, bounded, and gone by
 * themselves after a while. Only chunks of the one attempt of a backup that counts are taken; every call may be repeated.
 */
export class Staging {
  readonly limits: StagingLimits;
  readonly #redis: RedisHandle;
  readonly #base: string;
  #bulk: Redis | undefined;

  constructor(redis: RedisHandle, limits: StagingLimits) {
    this.#redis = redis;
    this.#base = keys.staging(redis.prefix);
    this.limits = limits;
  }

  /** From now on this attempt counts; what an earlier one has left is freed. */
  async beginAttempt(backup: string, attempt: string, store: string): Promise<void> {
    await this.#run(BEGIN, backup, attempt, store, this.limits.expiryMs);
  }

  async isCurrent({ backup, attempt }: AttemptRef): Promise<boolean> {
    return (await orRedisError(this.#redis.client.hget(this.#key('backup', backup), 'attempt'))) === attempt;
  }

  /** Frees everything of an attempt: its bytes, its draft, its results. */
  async endAttempt(backup: string, attempt: string): Promise<void> {
    await this.#run(END, backup, attempt);
  }

  /** Frees everything of a backup that nobody works on any more, whichever of its attempts counts. */
  async endBackup(backup: string): Promise<void> {
    await this.#run(END_BACKUP, backup);
  }

  /**
   * Puts a chunk's encrypted plain bytes, once there is room for them. Throws `staging.superseded`, and the signal's
   * reason when it is aborted; nothing stays behind then for longer than a minute.
   */
  async reserveAndPut(ref: ChunkRef, store: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    await this.#put(ref, String(ref.sequence), store, bytes, signal);
  }

  /** Where a chunk is: what a job that runs a second time has to look at first. */
  async stateOf(ref: ChunkRef): Promise<ChunkState> {
    return chunkState(await this.#run(STATE, ref.backup, ref.attempt, ref.sequence));
  }

  /** The encrypted plain bytes; `undefined` when they are not there (any more): see `stateOf`. */
  async getPlain(ref: ChunkRef): Promise<Buffer | undefined> {
    return await this.#get(leaseOf(ref, String(ref.sequence)));
  }

  /**
   * Puts sealed bytes in place of the plain ones. When two do that the first one wins, and both are told its digest.
   * Throws `staging.lost` when there is nothing to replace, and `staging.superseded`.
   */
  async replaceBySealed(ref: ChunkRef, bytes: Uint8Array, digest: string): Promise<StoredChunk> {
    const lease = leaseOf(ref, String(ref.sequence));
    await this.#set(`${lease}:${digest}`, bytes);
    const state = chunkState(
      await this.#run(
        SEALED,
        ref.backup,
        ref.attempt,
        ref.sequence,
        digest,
        bytes.length,
        this.limits.expiryMs,
      ),
    );
    if (state.form === 'superseded') throw superseded(ref);
    if (state.form !== 'sealed' && state.form !== 'stored') throw lost(ref);
    return { digest: state.digest, size: state.size };
  }

  /** The sealed bytes; `undefined` when they are not there (any more): see `stateOf`. */
  async getSealed(ref: ChunkRef, digest: string): Promise<Buffer | undefined> {
    return await this.#get(`${leaseOf(ref, String(ref.sequence))}:${digest}`);
  }

  /** Notes that a chunk is in the store, frees its bytes and tells who waits; false when its attempt does not count any more. */
  async stored(ref: ChunkRef, { digest, size }: StoredChunk): Promise<boolean> {
    const { expiryMs } = this.limits;
    return (await this.#run(STORED, ref.backup, ref.attempt, ref.sequence, digest, size, expiryMs)) === 1;
  }

  /** What is in the store of this attempt, by sequence number. */
  async results(backup: string, attempt: string): Promise<Map<number, StoredChunk>> {
    const fields = await orRedisError(this.#redis.client.hgetall(this.#key('results', backup, attempt)));
    return new Map(Object.entries(fields).map(([sequence, text]) => [Number(sequence), parseResult(text)]));
  }

  /** Each chunk of the attempt once, as soon as it is in the store, beginning with those that are; ends with the signal. */
  waitForStored(
    backup: string,
    attempt: string,
    signal: AbortSignal,
  ): AsyncGenerator<StoredChunkOf, void, undefined> {
    return storedChunks(this.#redis, this.#key('stored', backup, attempt), signal);
  }

  /** Puts what the commit needs, encrypted; counts and waits for room like a chunk. */
  async putDraft(ref: AttemptRef, store: string, bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (bytes.length > MAX_DRAFT_BYTES) {
      throw new JobsError(
        'staging.too-large',
        `A draft of ${bytes.length} bytes does not fit into staging.`,
        {
          advice: 'Take the first backup of so large a cluster with the command line.',
          context: { bytes: bytes.length, limit: MAX_DRAFT_BYTES },
        },
      );
    }
    await this.#put(ref, DRAFT, store, bytes, signal);
  }

  async getDraft(ref: AttemptRef): Promise<Buffer | undefined> {
    return await this.#get(leaseOf(ref, DRAFT));
  }

  async usage(): Promise<StagingUsage> {
    const fields = (await this.#run(USAGE)) as string[];
    const byStore: Record<string, number> = {};
    const byBackup: Record<string, number> = {};
    let total = 0;
    for (let at = 0; at < fields.length; at += 2) {
      const [scope = '', name = ''] = fields[at]!.split('/');
      const bytes = Number(fields[at + 1]);
      if (scope === 'store') byStore[name] = bytes;
      else if (scope === 'backup') byBackup[name] = bytes;
      else total = bytes;
    }
    return { total, byStore, byBackup };
  }

  /** Ends what has run out, and counts anew. Writers do the former as well; call it about once a minute. */
  async sweep(): Promise<{ ended: number }> {
    return { ended: (await this.#run(SWEEP)) as number };
  }

  /** Closes its own connection, not the one that it was given. */
  close(): void {
    if (this.#bulk !== undefined) disconnect(this.#bulk);
    this.#bulk = undefined;
  }

  async #put(
    ref: AttemptRef,
    name: string,
    store: string,
    bytes: Uint8Array,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<void> {
    const { perBackupBytes, perStoreBytes, totalBytes, expiryMs } = this.limits;
    const lease = leaseOf(ref, name);
    const reserve = async (): Promise<boolean> => {
      const answer = await this.#run(
        RESERVE,
        ...[ref.backup, ref.attempt, name, store, bytes.length],
        ...[perBackupBytes, perStoreBytes, totalBytes, RESERVED_MS, expiryMs, GONE_MS],
      );
      if (answer === 'superseded') throw superseded(ref);
      if (answer === 'known') return true;
      if (answer === 'wait') return false;
      await this.#set(lease, bytes);
      const arrived = await this.#run(ARRIVED, ref.backup, ref.attempt, name, expiryMs);
      if (arrived === 'superseded') throw superseded(ref);
      return arrived === 'ok';
    };
    const leave = (): Promise<unknown> => this.#run(LEAVE, lease, store);
    await whenThereIsRoom(reserve, leave, signal);
  }

  /** They stay once a script has booked them. */
  async #set(name: string, bytes: Uint8Array): Promise<void> {
    const value = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    await orRedisError(this.#bulkClient().set(this.#key('data', name), value, 'PX', RESERVED_MS));
  }

  async #get(name: string): Promise<Buffer | undefined> {
    return (await orRedisError(this.#bulkClient().getBuffer(this.#key('data', name)))) ?? undefined;
  }

  /** Megabytes travel apart, so that locks are renewed and jobs fetched in time. */
  #bulkClient(): Redis {
    this.#bulk ??= this.#redis.duplicateForBlocking();
    return this.#bulk;
  }

  #key(...rest: readonly string[]): string {
    return `${this.#base}:${rest.join(':')}`;
  }

  async #run(script: RedisScript, ...args: readonly (string | number)[]): Promise<unknown> {
    return await runScript(this.#redis.client, script, this.#base, args);
  }
}

function superseded(ref: AttemptRef): JobsError {
  return new JobsError(
    'staging.superseded',
    `Attempt ${ref.attempt} of the backup does not count any more.`,
    {
      retryable: true,
    },
  );
}

function lost(ref: ChunkRef): JobsError {
  return new JobsError('staging.lost', `Chunk ${ref.sequence} of the backup is not in staging any more.`, {
    advice: 'Raise limits.stagingExpiryMs when stores are slower than that.',
    retryable: true,
  });
}

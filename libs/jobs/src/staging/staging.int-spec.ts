import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { describeWith, RedisServer, requireRedis } from '@etcd-kloset/testing';
import { type ChunkRef } from '../backup/chunk-job.ts';
import { connectRedis, type RedisHandle } from '../redis/connect-redis.ts';
import { keys } from '../redis/key-names.ts';
import { runScript } from '../redis/run-script.ts';
import { until } from '../spec-support/until.ts';
import { type StoredChunkOf } from './chunk-state.ts';
import { type StagingLimits } from './room.ts';
import { ARRIVED, RESERVE, SEALED } from './staging-scripts.ts';
import { MAX_DRAFT_BYTES, Staging } from './staging.ts';

const KIB = 1024;
const WIDE: StagingLimits = {
  totalBytes: 1000 * KIB,
  perStoreBytes: 600 * KIB,
  perBackupBytes: 300 * KIB,
  expiryMs: 600_000,
};

await describeWith(requireRedis(), 'the staging area', (program) => {
  let server: RedisServer;
  let redis: RedisHandle;
  let opened: Staging[];
  beforeEach(async () => {
    opened = [];
    server = await RedisServer.start(program);
    redis = connectRedis({ url: server.url });
  });
  afterEach(async () => {
    opened.forEach((staging) => staging.close());
    await redis.close();
    await server.stop();
  });

  function open(limits: Partial<StagingLimits> = {}): Staging {
    const staging = new Staging(redis, { ...WIDE, ...limits });
    opened.push(staging);
    return staging;
  }

  async function begin(
    staging: Staging,
    store = 'main',
    backup: string = randomUUID(),
  ): Promise<(sequence: number) => ChunkRef> {
    const attempt = randomUUID();
    await staging.beginAttempt(backup, attempt, store);
    return (sequence) => ({ backup, attempt, sequence });
  }

  const keysLeft = async (): Promise<string[]> => await redis.client.keys(`${keys.staging(redis.prefix)}*`);
  const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

  /** The whole way of a chunk that is there. */
  async function putIntoStore(staging: Staging, ref: ChunkRef): Promise<void> {
    const sealed = (await staging.getPlain(ref))!.subarray(1);
    const { digest, size } = await staging.replaceBySealed(ref, sealed, digestOf(sealed));
    expect(digestOf((await staging.getSealed(ref, digest))!)).toBe(digest);
    await staging.stored(ref, { digest, size });
  }

  it('hands a chunk from worker to worker, and is empty in the end', async () => {
    const staging = open();
    const ref = (await begin(staging))(0);
    const plain = randomBytes(100 * KIB);
    await staging.reserveAndPut(ref, 'main', plain);
    expect(await staging.stateOf(ref)).toEqual({ form: 'plain', size: plain.length });
    expect((await staging.getPlain(ref))!.equals(plain)).toBe(true);

    const sealed = randomBytes(40 * KIB);
    const digest = digestOf(sealed);
    expect(await staging.replaceBySealed(ref, sealed, digest)).toEqual({ digest, size: sealed.length });
    expect(await staging.stateOf(ref)).toEqual({ form: 'sealed', digest, size: sealed.length });
    expect(await staging.getPlain(ref)).toBeUndefined();
    expect((await staging.getSealed(ref, digest))!.equals(sealed)).toBe(true);
    expect(await staging.usage()).toEqual({
      total: sealed.length,
      byStore: { main: sealed.length },
      byBackup: { [ref.backup]: sealed.length },
    });

    expect(await staging.stored(ref, { digest, size: sealed.length })).toBe(true);
    expect(await staging.stateOf(ref)).toEqual({ form: 'stored', digest, size: sealed.length });
    expect(await staging.usage()).toEqual({ total: 0, byStore: {}, byBackup: {} });
    expect(await staging.results(ref.backup, ref.attempt)).toEqual(
      new Map([[0, { digest, size: sealed.length }]]),
    );
    await staging.endAttempt(ref.backup, ref.attempt);
    expect(await keysLeft()).toEqual([]);
  });

  it('takes every step twice, with one effect', async () => {
    const staging = open();
    const ref = (await begin(staging))(7);
    const [plain, first, second] = [randomBytes(10), randomBytes(20), randomBytes(30)];
    await staging.beginAttempt(ref.backup, ref.attempt, 'main');
    await staging.reserveAndPut(ref, 'main', plain);
    await staging.reserveAndPut(ref, 'main', plain);
    expect((await staging.usage()).total).toBe(10);
    const [one, two] = await Promise.all([
      staging.replaceBySealed(ref, first, digestOf(first)),
      staging.replaceBySealed(ref, second, digestOf(second)),
    ]);
    expect(one).toEqual(two);
    expect(digestOf((await staging.getSealed(ref, one.digest))!)).toBe(one.digest);
    expect((await staging.usage()).total).toBe(one.size);
    await staging.reserveAndPut(ref, 'main', plain);
    expect(await staging.stateOf(ref)).toMatchObject({ form: 'sealed' });
    for (let at = 0; at < 2; at++) expect(await staging.stored(ref, one)).toBe(true);
    expect(await staging.replaceBySealed(ref, second, digestOf(second))).toEqual(one);
    await staging.reserveAndPut(ref, 'main', plain);
    expect((await staging.usage()).total).toBe(0);
    expect((await keysLeft()).filter((key) => key.includes(':data:'))).toEqual([]);
    for (let at = 0; at < 2; at++) await staging.endAttempt(ref.backup, ref.attempt);
    expect(await keysLeft()).toEqual([]);
  });

  it('stays within its bounds while twenty writers push', async () => {
    const staging = open();
    const writers = Array.from({ length: 20 }, (_, at) => ({
      store: at % 2 === 0 ? 'fast' : 'slow',
      chunks: 6,
    }));
    const waiting: ChunkRef[] = [];
    let over = false;
    let peak = 0;
    let left = writers.length * 6;
    const pushing = writers.map(async ({ store, chunks }, at) => {
      const ref = await begin(staging, store);
      for (let sequence = 0; sequence < chunks; sequence++) {
        await staging.reserveAndPut(ref(sequence), store, randomBytes(50 * KIB + at));
        waiting.push(ref(sequence));
      }
    });
    const taking = async (): Promise<void> => {
      while (left > 0) {
        const { total, byStore, byBackup } = await staging.usage();
        peak = Math.max(peak, total);
        over ||= total > WIDE.totalBytes;
        over ||= Object.values(byStore).some((bytes) => bytes > WIDE.perStoreBytes);
        over ||= Object.values(byBackup).some((bytes) => bytes > WIDE.perBackupBytes);
        const ref = waiting.shift();
        if (ref === undefined) continue;
        await putIntoStore(staging, ref);
        left--;
      }
    };
    await Promise.all([...pushing, taking()]);
    expect(over).toBe(false);
    // They did come near.
    expect(peak).toBeGreaterThan(WIDE.totalBytes * 0.8);
    expect((await staging.usage()).total).toBe(0);
  });

  it('keeps the memory of Redis within its bound and a little while writers push', async () => {
    const MIB = 1024 * KIB;
    const totalBytes = 24 * MIB;
    const staging = open({ totalBytes, perStoreBytes: totalBytes, perBackupBytes: totalBytes });
    const memory = async (): Promise<number> =>
      Number(/used_memory:(\d+)/.exec(await redis.client.info('memory'))![1]);
    const before = await memory();
    const bytes = randomBytes(4 * MIB);
    const stop = new AbortController();
    const pushing = Array.from({ length: 8 }, async () => {
      const ref = await begin(staging);
      for (let sequence = 0; sequence < 3; sequence++) {
        await staging.reserveAndPut(ref(sequence), 'main', bytes, stop.signal);
      }
    });
    const settled = Promise.allSettled(pushing);
    let peak = 0;
    await until(async () => {
      peak = Math.max(peak, await memory());
      return (await staging.usage()).total >= totalBytes;
    });
    for (let at = 0; at < 50; at++) peak = Math.max(peak, await memory());
    stop.abort(new Error('enough'));
    expect((await settled).some(({ status }) => status === 'rejected')).toBe(true);
    expect(peak - before).toBeGreaterThan(totalBytes * 0.9);
    // Besides: what is on its way in, and into the append-only file.
    expect(peak - before).toBeLessThan(totalBytes + 32 * MIB);
  });

  it('lets a chunk that is larger than every limit through when it is alone', async () => {
    const staging = open({ totalBytes: 10, perStoreBytes: 10, perBackupBytes: 10 });
    const [one, other] = [await begin(staging), await begin(staging)];
    await staging.reserveAndPut(one(0), 'main', randomBytes(100));
    const second = staging.reserveAndPut(one(1), 'main', randomBytes(100));
    const third = staging.reserveAndPut(other(0), 'main', randomBytes(5));
    await putIntoStore(staging, one(0));
    await third;
    await putIntoStore(staging, other(0));
    await second;
    expect((await staging.usage()).total).toBe(100);
  });

  it('leaves room for other stores when one is full', async () => {
    const staging = open({ totalBytes: 200, perStoreBytes: 100, perBackupBytes: 100 });
    const [hanging, fine] = [await begin(staging, 'hanging'), await begin(staging, 'fine')];
    await staging.reserveAndPut(hanging(0), 'hanging', randomBytes(90));
    const stop = new AbortController();
    const more = staging.reserveAndPut(hanging(1), 'hanging', randomBytes(90), stop.signal);
    for (let sequence = 0; sequence < 5; sequence++) {
      await staging.reserveAndPut(fine(sequence), 'fine', randomBytes(90));
      await putIntoStore(staging, fine(sequence));
    }
    expect(await staging.stateOf(hanging(1))).toEqual({ form: 'lost' });
    stop.abort(new Error('stopped'));
    await expect(more).rejects.toThrow('stopped');
  });

  it('gives room in the order of asking: small ones do not starve a large one', async () => {
    const staging = open({ totalBytes: 100, perStoreBytes: 100, perBackupBytes: 100 });
    const [first, large, small] = [await begin(staging), await begin(staging), await begin(staging)];
    await staging.reserveAndPut(first(0), 'main', randomBytes(60));
    let largeCame = false;
    const waiting = staging.reserveAndPut(large(0), 'main', randomBytes(90)).then(() => (largeCame = true));
    await until(async () => (await redis.client.zcard(`${keys.staging(redis.prefix)}:wait:main`)) === 1);
    const late = staging.reserveAndPut(small(0), 'main', randomBytes(20)).then(() => largeCame);
    await until(async () => (await redis.client.zcard(`${keys.staging(redis.prefix)}:wait:main`)) === 2);
    await putIntoStore(staging, first(0));
    await waiting;
    await putIntoStore(staging, large(0));
    expect(await late).toBe(true);
  });

  it('frees what an earlier attempt has left, and takes nothing of it any more', async () => {
    const staging = open();
    const old = await begin(staging);
    const { backup, attempt } = old(0);
    await staging.reserveAndPut(old(0), 'main', randomBytes(100));
    await staging.reserveAndPut(old(1), 'main', randomBytes(100));
    await staging.putDraft(old(0), 'main', randomBytes(100));
    await putIntoStore(staging, old(1));
    const current = await begin(staging, 'main', backup);
    expect(await staging.isCurrent(old(0))).toBe(false);
    expect(await staging.isCurrent(current(0))).toBe(true);
    expect((await staging.usage()).total).toBe(0);
    expect((await staging.results(backup, attempt)).size).toBe(0);

    expect(await staging.stateOf(old(0))).toEqual({ form: 'superseded' });
    expect(await staging.getDraft(old(0))).toBeUndefined();
    const superseded = { code: 'staging.superseded' };
    await expect(staging.reserveAndPut(old(2), 'main', randomBytes(9))).rejects.toMatchObject(superseded);
    await expect(staging.replaceBySealed(old(0), randomBytes(9), 'ab')).rejects.toMatchObject(superseded);
    expect(await staging.stored(old(0), { digest: 'ab', size: 9 })).toBe(false);
    await staging.endAttempt(backup, attempt);
    expect(await staging.isCurrent(current(0))).toBe(true);
    await staging.endAttempt(backup, current(0).attempt);
    expect(await keysLeft()).toEqual([]);
  });

  it('frees a backup, whichever attempt counts, and leaves others alone', async () => {
    const staging = open();
    const [ended, other] = [await begin(staging), await begin(staging)];
    for (const ref of [ended, other]) {
      for (let at = 0; at < 3; at++) await staging.reserveAndPut(ref(at), 'main', randomBytes(100));
      await putIntoStore(staging, ref(1));
    }
    await staging.endBackup(ended(0).backup);
    expect(await staging.stateOf(ended(0))).toEqual({ form: 'superseded' });
    expect((await staging.usage()).byBackup).toEqual({ [other(0).backup]: 200 });
    expect((await keysLeft()).filter((key) => key.includes(ended(0).backup))).toEqual([]);
    await staging.endBackup(ended(0).backup);
    await staging.endBackup(other(0).backup);
    expect(await keysLeft()).toEqual([]);
  });

  it('empties itself when nobody comes any more', async () => {
    const staging = open({ expiryMs: 1000 });
    const ref = await begin(staging);
    await staging.reserveAndPut(ref(0), 'main', randomBytes(100));
    await staging.reserveAndPut(ref(1), 'main', randomBytes(100));
    await staging.replaceBySealed(ref(1), randomBytes(10), 'ab');
    await staging.putDraft(ref(0), 'main', randomBytes(100));
    await staging.stored(ref(2), { digest: 'ab', size: 1 });
    await until(async () => {
      await staging.sweep();
      return (await keysLeft()).length === 0;
    });
    await expect(staging.replaceBySealed(ref(0), randomBytes(9), 'ab')).rejects.toMatchObject({
      code: 'staging.superseded',
    });
  });

  it('takes back the room of a writer that vanished before its bytes came', async () => {
    const staging = open();
    const ref = (await begin(staging))(0);
    const limits = [WIDE.perBackupBytes, WIDE.perStoreBytes, WIDE.totalBytes];
    const base = keys.staging(redis.prefix);
    const args = [ref.backup, ref.attempt, '0', 'main', 5000, ...limits, 200, WIDE.expiryMs, 3000];
    expect(await runScript(redis.client, RESERVE, base, args)).toBe('ok');
    expect(await staging.stateOf(ref)).toEqual({ form: 'lost' });
    expect((await staging.usage()).total).toBe(5000);
    await until(async () => (await staging.usage()).total === 0);
  });

  it('keeps bytes for a minute only until they stand in its books', async () => {
    const staging = open();
    const ref = (await begin(staging))(0);
    await staging.reserveAndPut(ref, 'main', randomBytes(10));
    // One whose bytes get through, and nothing after them.
    const gone = redis.duplicateForBlocking();
    gone.disconnect();
    const dying = new Staging({ ...redis, client: gone }, WIDE);
    opened.push(dying);
    const [lost, kept] = [randomBytes(20), randomBytes(30)];
    await expect(dying.replaceBySealed(ref, lost, digestOf(lost))).rejects.toMatchObject({
      code: 'redis.unreachable',
    });
    await staging.replaceBySealed(ref, kept, digestOf(kept));
    await expect(dying.replaceBySealed(ref, kept, digestOf(kept))).rejects.toMatchObject({
      code: 'redis.unreachable',
    });
    const lives = async (bytes: Buffer): Promise<number> => {
      const [key] = (await keysLeft()).filter((each) => each.endsWith(digestOf(bytes)));
      return await redis.client.pttl(key!);
    };
    expect(await lives(lost)).toBeLessThanOrEqual(60_000);
    expect(await lives(kept)).toBeLessThanOrEqual(60_000);
    await staging.replaceBySealed(ref, kept, digestOf(kept));
    expect(await lives(kept)).toBeGreaterThan(60_000);
  });

  it('reads again what was gone before it stood in its books', async () => {
    const staging = open();
    const ref = (await begin(staging))(0);
    await staging.reserveAndPut(ref, 'main', randomBytes(10));
    const base = keys.staging(redis.prefix);
    const sealed = [ref.backup, ref.attempt, '0', 'ab', 5, WIDE.expiryMs];
    expect(await runScript(redis.client, SEALED, base, sealed)).toEqual(['lost']);
    expect(await staging.stateOf(ref)).toMatchObject({ form: 'plain' });
    await redis.client.unlink(`${base}:data:${ref.backup}/${ref.attempt}/0`);
    expect(await runScript(redis.client, ARRIVED, base, [ref.backup, ref.attempt, '0', WIDE.expiryMs])).toBe(
      'lost',
    );
    expect((await staging.usage()).total).toBe(0);
  });

  it('gives the place of one who waits and vanished to the next', async () => {
    const staging = open({ totalBytes: 100, perStoreBytes: 100 });
    const [holder, gone, next] = [await begin(staging), await begin(staging), await begin(staging)];
    await staging.reserveAndPut(holder(0), 'main', randomBytes(90));
    const base = keys.staging(redis.prefix);
    const ref = gone(0);
    const args = [ref.backup, ref.attempt, '0', 'main', 50, 100, 100, 100, 60_000, WIDE.expiryMs, 3000];
    expect(await runScript(redis.client, RESERVE, base, args)).toBe('wait');
    // It was heard of for the last time nine seconds ago.
    expect(await redis.client.zincrby(`${base}:seen`, -9000, `${ref.backup}/${ref.attempt}/0`)).toBeDefined();
    await putIntoStore(staging, holder(0));
    await staging.reserveAndPut(next(0), 'main', randomBytes(60));
    expect(await redis.client.zcard(`${base}:wait:main`)).toBe(0);
  });

  it('counts anew when its books were wrong', async () => {
    const staging = open();
    const ref = (await begin(staging))(0);
    await staging.reserveAndPut(ref, 'main', randomBytes(100));
    await redis.client.hset(`${keys.staging(redis.prefix)}:used`, 'total', '999999', 'store/none', '5');
    await staging.sweep();
    expect(await staging.usage()).toEqual({
      total: 100,
      byStore: { main: 100 },
      byBackup: { [ref.backup]: 100 },
    });
  });

  it('keeps drafts, within their limit', async () => {
    const staging = open({ totalBytes: 1, perStoreBytes: 1, perBackupBytes: 1 });
    const ref = (await begin(staging))(0);
    expect(await staging.getDraft(ref)).toBeUndefined();
    await staging.putDraft(ref, 'main', Buffer.from('draft'));
    expect(String(await staging.getDraft(ref))).toBe('draft');
    await expect(staging.putDraft(ref, 'main', Buffer.alloc(MAX_DRAFT_BYTES + 1))).rejects.toMatchObject({
      code: 'staging.too-large',
    });
    await staging.endAttempt(ref.backup, ref.attempt);
    expect(await keysLeft()).toEqual([]);
  });

  it('has lost nothing when Redis was killed and came back', async () => {
    const staging = open();
    const ref = await begin(staging);
    const plain = randomBytes(100 * KIB);
    await staging.reserveAndPut(ref(0), 'main', plain);
    await staging.reserveAndPut(ref(1), 'main', plain);
    await putIntoStore(staging, ref(1));
    const usage = await staging.usage();
    await server.kill();
    const asked = staging.getPlain(ref(0));
    await server.restart();
    expect((await asked)!.equals(plain)).toBe(true);
    expect(await staging.usage()).toEqual(usage);
    expect([...(await staging.results(ref(0).backup, ref(0).attempt)).keys()]).toEqual([1]);
    await putIntoStore(staging, ref(0));
    expect((await staging.usage()).total).toBe(0);
  });

  it('waits for a frozen Redis, and lets go of it when it is told to', async () => {
    const staging = open();
    const ref = await begin(staging);
    server.pause();
    const stop = new AbortController();
    const stopped = staging.reserveAndPut(ref(0), 'main', randomBytes(10), stop.signal);
    const patient = staging.reserveAndPut(ref(1), 'main', randomBytes(10));
    stop.abort(new Error('told to'));
    await expect(stopped).rejects.toThrow('told to');
    server.resume();
    await patient;
    expect(await staging.stateOf(ref(1))).toMatchObject({ form: 'plain' });
  });

  it('waits for a Redis whose memory is full', async () => {
    const staging = open();
    const ref = await begin(staging);
    await redis.client.config('SET', 'maxmemory', '1mb');
    const put = staging.reserveAndPut(ref(0), 'main', randomBytes(10));
    expect(await Promise.race([put, staging.isCurrent(ref(0))])).toBe(true);
    await redis.client.config('SET', 'maxmemory', '0');
    await put;
  });

  describe('told to wait for what is stored', () => {
    const next = async (chunks: AsyncGenerator<StoredChunkOf, void, undefined>): Promise<number | 'end'> => {
      const answer = await chunks.next();
      return answer.done === true ? 'end' : answer.value.sequence;
    };

    it('tells each chunk once, from the first, and ends with its signal', async () => {
      const staging = open();
      const ref = await begin(staging);
      const { backup, attempt } = ref(0);
      const stop = new AbortController();
      await staging.stored(ref(2), { digest: 'aa', size: 1 });
      const chunks = staging.waitForStored(backup, attempt, stop.signal);
      expect(await next(chunks)).toBe(2);
      const waiting = next(chunks);
      await staging.stored(ref(2), { digest: 'aa', size: 1 });
      await staging.stored(ref(0), { digest: 'bb', size: 2 });
      expect(await waiting).toBe(0);
      const last = next(chunks);
      stop.abort();
      expect(await last).toBe('end');
    });

    it('goes on when Redis was killed and came back, without telling anything twice', async () => {
      const staging = open();
      const ref = await begin(staging);
      const stop = new AbortController();
      const chunks = staging.waitForStored(ref(0).backup, ref(0).attempt, stop.signal);
      await staging.stored(ref(0), { digest: 'aa', size: 1 });
      expect(await next(chunks)).toBe(0);
      const waiting = next(chunks);
      await server.kill();
      await server.restart();
      await staging.stored(ref(1), { digest: 'bb', size: 1 });
      expect(await waiting).toBe(1);
      stop.abort();
      expect(await next(chunks)).toBe('end');
    });
  });
});

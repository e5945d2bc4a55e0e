import { describeWith, EtcdCluster, requireEtcd } from '@etcd-kloset/testing';
import { createHash } from 'node:crypto';
import http2 from 'node:http2';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectEtcd, type EtcdClient } from './client.ts';
import { type Member } from './cluster.ts';
import { Endpoint } from './endpoint.ts';
import { parseEndpoint } from './endpoint-address.ts';
import { CHECKSUM_BYTES, readSnapshot, type SnapshotStart } from './snapshot-stream.ts';
import { PREFIX_BYTES } from './grpc/call.ts';
import { type GrpcStatus } from './grpc/status.ts';
import { encodeMessage, type FieldValue } from './wire/protobuf.ts';
import { SNAPSHOT_PATH } from './wire/snapshot-decoder.ts';

const LIMIT_MS = 120_000;
/** More than what can be under way between the member and a reader that has stopped: 16 MiB and the sockets. */
const DATABASE_BYTES = 48 * 1024 * 1024;

for (const tls of [undefined, 'server'] as const) {
  await describeWith(requireEtcd(), `the snapshot of a member${tls === undefined ? '' : ' over TLS'}`, () => {
    let cluster: EtcdCluster;
    let client: EtcdClient;
    let member: Member;

    beforeAll(async () => {
      cluster = await EtcdCluster.start({ tls });
      const filler = await cluster.client();
      const value = Buffer.alloc(1024 * 1024, 'etcd');
      for (let key = 0; key < DATABASE_BYTES / value.length; key++) await filler.put(`/app/${key}`, value);
      client = await connectEtcd({
        endpoints: cluster.endpoints,
        tls: tls && { caFile: cluster.certificates!.ca },
      });
      [member] = (await client.members()) as [Member];
    }, LIMIT_MS);

    afterAll(async () => {
      client.close();
      await cluster.stop();
    }, LIMIT_MS);

    /** A sink that lets one blob in and then holds the stream until it is let go. */
    function gate(): { sink: () => Promise<void> | undefined; reached: Promise<void>; open: () => void } {
      const reached = Promise.withResolvers<undefined>();
      const opened = Promise.withResolvers<undefined>();
      let first = true;
      return {
        sink: () => {
          if (!first) return undefined;
          first = false;
          reached.resolve(undefined);
          return opened.promise;
        },
        reached: reached.promise,
        open: () => opened.resolve(undefined),
      };
    }

    it('is passed on with the SHA-256 of the file at its end', async () => {
      const blobs: Uint8Array[] = [];
      let start: SnapshotStart | undefined;
      const result = await client.snapshot(member, (blob) => void blobs.push(blob), {
        onStart: (announced) => void (start = announced),
      });
      const stream = Buffer.concat(blobs);
      expect(result).toEqual({ bytes: stream.length, storageVersion: '' });
      expect(start).toEqual(result);
      expect(stream.length % 512).toBe(CHECKSUM_BYTES);
      const file = stream.subarray(0, -CHECKSUM_BYTES);
      expect(file.length).toBe((await client.status(member)).dbSize);
      expect(createHash('sha256').update(file).digest()).toEqual(stream.subarray(-CHECKSUM_BYTES));
    });

    it('waits for a slow sink, blob by blob, and does not take its slowness for a stall', async () => {
      let busy = 0;
      let most = 0;
      let blobs = 0;
      let bytes = 0;
      const slow = async (blob: Uint8Array): Promise<void> => {
        most = Math.max(most, ++busy);
        await (blobs++ === 10 ? sleep(400) : undefined);
        bytes += blob.length;
        busy--;
      };
      const result = await client.snapshot(member, slow, {
        stallTimeoutMs: 150,
        onStart: () => sleep(300),
      });
      expect(most).toBe(1);
      expect(bytes).toBe(result.bytes);
    });

    it('ends with the error of its sink, thrown or rejected', async () => {
      const full = new Error('disk full');
      const throwing = (): void => {
        throw full;
      };
      await expect(client.snapshot(member, throwing)).rejects.toBe(full);
      await expect(client.snapshot(member, () => Promise.reject(full))).rejects.toBe(full);
      await expect(client.snapshot(member, () => undefined, { onStart: throwing })).rejects.toBe(full);
    });

    it('ends when it is cancelled, before it begins and in the middle', async () => {
      const aborted = { signal: AbortSignal.abort() };
      await expect(client.snapshot(member, () => undefined, aborted)).rejects.toMatchObject({
        code: 'etcd.cancelled',
      });
      const controller = new AbortController();
      const { sink, reached } = gate();
      const snapshot = client.snapshot(member, sink, { signal: controller.signal });
      await Promise.all([
        expect(snapshot).rejects.toMatchObject({ code: 'etcd.cancelled', retryable: false }),
        reached.then(() => controller.abort()),
      ]);
    });

    it('is given up when the member freezes in the middle', async () => {
      const { sink, reached, open } = gate();
      const snapshot = client.snapshot(member, sink, { stallTimeoutMs: 300 });
      await reached;
      cluster.members[0]!.pause();
      try {
        await sleep(50);
        open();
        await expect(snapshot).rejects.toMatchObject({ code: 'etcd.stalled', retryable: true });
      } finally {
        cluster.members[0]!.resume();
      }
    });

    it(
      'fails so that another try makes sense when the member dies in the middle, and that try succeeds',
      async () => {
        const { sink, reached, open } = gate();
        const snapshot = client.snapshot(member, sink);
        await reached;
        const failed = expect(snapshot).rejects.toMatchObject({
          code: 'etcd.snapshot-failed',
          retryable: true,
          message: expect.stringMatching(/^The snapshot broke off after \d+ bytes: /) as string,
        });
        await cluster.members[0]!.kill();
        open();
        await failed;
        await expect(client.status(member)).rejects.toMatchObject({
          code: 'etcd.unreachable',
          retryable: true,
        });
        await cluster.members[0]!.start();
        await expect(client.snapshot(member, () => undefined)).resolves.toMatchObject({ storageVersion: '' });
      },
      LIMIT_MS,
    );
  });
}

describe('a snapshot stream of a server that is in trouble', () => {
  const server = http2.createServer();
  let endpoint: Endpoint;
  /** What the server sends, again and again until the reader has gone; undefined: the end. */
  let sends: (round: number) => Buffer | undefined;

  /** A message behind gRPC's prefix. */
  function message(...fields: [number, FieldValue][]): Buffer {
    const encoded = encodeMessage(fields);
    const prefix = Buffer.alloc(PREFIX_BYTES);
    prefix.writeUInt32BE(encoded.length, 1);
    return Buffer.concat([prefix, encoded]);
  }

  beforeAll(async () => {
    server.on('stream', (stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.on('error', () => undefined);
      let round = 0;
      const next = (): void => {
        if (stream.destroyed) return;
        const sent = sends(round++);
        if (sent === undefined) {
          stream.end();
        } else {
          stream.write(sent);
          setTimeout(next, 1);
        }
      };
      next();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    endpoint = new Endpoint(parseEndpoint(`127.0.0.1:${port}`), {
      tls: undefined,
      dialTimeoutMs: 5000,
      commandTimeoutMs: 5000,
      signal: new AbortController().signal,
    });
  });

  afterAll(() => {
    endpoint.close();
    server.close();
  });

  async function read(): Promise<unknown> {
    const call = await endpoint.start(SNAPSHOT_PATH, Buffer.alloc(0), {});
    const describe = (status: GrpcStatus) => endpoint.describe(status);
    return readSnapshot({ ...call, endpoint: 'e:1', describe }, () => undefined, { stallTimeoutMs: 200 });
  }

  it('is given up when all that comes is empty blobs', async () => {
    const page = message([2, 1_000_000n], [3, Buffer.alloc(4096)]);
    sends = (round) => (round === 0 ? page : message([2, 1_000_000n]));
    await expect(read()).rejects.toMatchObject({ code: 'etcd.stalled', context: { received: 4096 } });
  });

  it('is an error when it ends without the bytes that were announced', async () => {
    const last = message([3, Buffer.alloc(4096)]);
    sends = (round) => (round === 0 ? last : undefined);
    await expect(read()).rejects.toMatchObject({
      code: 'etcd.snapshot-failed',
      retryable: true,
      message: 'e:1 ended its snapshot after 4096 bytes of 4128.',
    });
    sends = () => undefined;
    await expect(read()).rejects.toMatchObject({ code: 'etcd.snapshot-failed', context: { received: 0 } });
  });

  it('is an error when it cannot be decoded', async () => {
    sends = () => Buffer.alloc(100, 0xff);
    await expect(read()).rejects.toMatchObject({ code: 'etcd.bad-response' });
  });
});

import {
  type ChannelCredentials,
  Client,
  type ClientOptions,
  Metadata,
  type MethodDefinition,
  type ServiceError,
  status as grpcStatus,
} from '@grpc/grpc-js';
import { rpcDefinition } from './rpc-definition.ts';

export type Bytes = string | Uint8Array;

export interface PutOperation {
  readonly key: Bytes;
  readonly value: Bytes;
  readonly lease?: bigint;
}

/** `rangeEnd` as in etcd: the first key that is not deleted any more. */
export interface DeleteOperation {
  readonly delete: Bytes;
  readonly rangeEnd?: Bytes;
}

export type WriteOperation = PutOperation | DeleteOperation;

export interface RangeQuery {
  readonly rangeEnd?: Bytes;
  readonly revision?: bigint;
  readonly limit?: number;
  readonly keysOnly?: boolean;
  readonly countOnly?: boolean;
  readonly serializable?: boolean;
}

export interface KeyValue {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  readonly version: bigint;
  readonly lease: bigint;
}

export interface RangeResult {
  readonly revision: bigint;
  readonly count: number;
  readonly more: boolean;
  readonly kvs: readonly KeyValue[];
}

export interface MemberStatus {
  readonly memberId: bigint;
  readonly revision: bigint;
  readonly version: string;
  readonly dbSize: number;
  readonly dbSizeInUse: number;
  readonly leader: bigint;
  readonly raftIndex: bigint;
  readonly raftAppliedIndex: bigint;
  readonly isLearner: boolean;
  readonly errors: readonly string[];
}

export interface HashKV {
  readonly hash: number;
  readonly compactRevision: bigint;
  /** The revision that the hash is of; 0 before etcd 3.6, which does not tell. */
  readonly hashRevision: bigint;
  readonly revision: bigint;
}

export interface EtcdClientOptions {
  readonly credentials: ChannelCredentials;
  readonly user?: { readonly name: string; readonly password: string };
}

type Reply = Readonly<Record<string, unknown>> & { readonly header: { readonly revision: string } };
type Service = 'KV' | 'Lease' | 'Maintenance' | 'Auth';

const definition = rpcDefinition();
const channelOptions: ClientOptions = {
  // etcd answers with up to the size of its database when asked for a whole prefix.
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  // A new client dials anew: it does not wait for the pause of one that met a server that was down.
  'grpc.use_local_subchannel_pool': 1,
  // TLS knows no server names that are addresses.
  'grpc.ssl_target_name_override': 'localhost',
};

/** A small client of one member, for filling a cluster and for asking it what is true. */
export class EtcdClient {
  readonly #client: Client;
  readonly #user: EtcdClientOptions['user'];
  #metadata: Promise<Metadata> | undefined;

  /** `address` is `host:port`. Nothing is connected before the first call. */
  constructor(address: string, options: EtcdClientOptions) {
    this.#client = new Client(address, options.credentials, channelOptions);
    this.#user = options.user;
  }

  /** Returns the revision of the write. */
  async put(key: Bytes, value: Bytes, lease = 0n): Promise<bigint> {
    return revisionOf(await this.#call('KV', 'Put', putRequest({ key, value, lease })));
  }

  /** Returns the revision of the write and how many keys there were. */
  async delete(key: Bytes, rangeEnd?: Bytes): Promise<{ revision: bigint; deleted: number }> {
    const reply = await this.#call('KV', 'DeleteRange', deleteRequest({ delete: key, rangeEnd }));
    return { revision: revisionOf(reply), deleted: Number(reply['deleted']) };
  }

  /** All operations in one revision. etcd takes up to 128 and no key twice. Returns the revision. */
  async txn(operations: readonly WriteOperation[]): Promise<bigint> {
    const success = operations.map((operation) =>
      'delete' in operation
        ? { request_delete_range: deleteRequest(operation) }
        : { request_put: putRequest(operation) },
    );
    return revisionOf(await this.#call('KV', 'Txn', { success }));
  }

  async range(key: Bytes, query: RangeQuery = {}): Promise<RangeResult> {
    const reply = await this.#call('KV', 'Range', {
      key: bytes(key),
      range_end: query.rangeEnd === undefined ? undefined : bytes(query.rangeEnd),
      revision: query.revision?.toString(),
      limit: query.limit,
      keys_only: query.keysOnly,
      count_only: query.countOnly,
      serializable: query.serializable,
    });
    const kvs = reply['kvs'] as Record<string, Buffer | string>[];
    return {
      revision: revisionOf(reply),
      count: Number(reply['count']),
      more: reply['more'] === true,
      kvs: kvs.map((kv) => ({
        key: kv['key'] as Buffer,
        value: kv['value'] as Buffer,
        createRevision: BigInt(kv['create_revision'] as string),
        modRevision: BigInt(kv['mod_revision'] as string),
        version: BigInt(kv['version'] as string),
        lease: BigInt(kv['lease'] as string),
      })),
    };
  }

  /** Drops superseded rows up to `revision`. `physical` waits until they are gone from the database. */
  async compact(revision: bigint, physical = false): Promise<void> {
    await this.#call('KV', 'Compact', { revision: revision.toString(), physical });
  }

  /** `ttl` in seconds; the server chooses the id unless one is given. Returns the id. */
  async grantLease(ttl: number, id = 0n): Promise<bigint> {
    const reply = await this.#call('Lease', 'LeaseGrant', { TTL: ttl, ID: id.toString() });
    return BigInt(reply['ID'] as string);
  }

  async revokeLease(id: bigint): Promise<void> {
    await this.#call('Lease', 'LeaseRevoke', { ID: id.toString() });
  }

  async status(): Promise<MemberStatus> {
    const reply = await this.#call('Maintenance', 'Status', {});
    const header = reply.header as unknown as Record<string, string>;
    return {
      memberId: BigInt(header['member_id']!),
      revision: revisionOf(reply),
      version: reply['version'] as string,
      dbSize: Number(reply['dbSize']),
      dbSizeInUse: Number(reply['dbSizeInUse']),
      leader: BigInt(reply['leader'] as string),
      raftIndex: BigInt(reply['raftIndex'] as string),
      raftAppliedIndex: BigInt(reply['raftAppliedIndex'] as string),
      isLearner: reply['isLearner'] === true,
      errors: reply['errors'] as string[],
    };
  }

  async defragment(): Promise<void> {
    await this.#call('Maintenance', 'Defragment', {});
  }

  /** At `revision`, or at the member's current one. */
  async hashKV(revision = 0n): Promise<HashKV> {
    const reply = await this.#call('Maintenance', 'HashKV', { revision: revision.toString() });
    return {
      hash: reply['hash'] as number,
      compactRevision: BigInt(reply['compact_revision'] as string),
      hashRevision: BigInt(reply['hash_revision'] as string),
      revision: revisionOf(reply),
    };
  }

  close(): void {
    this.#client.close();
  }

  async #call(service: Service, method: string, request: object): Promise<Reply> {
    if (this.#user === undefined) return this.#unary(service, method, request, new Metadata());
    try {
      return await this.#unary(service, method, request, await this.#authenticated());
    } catch (error) {
      // A member forgets its tokens when it restarts, and after some minutes without a call.
      if ((error as ServiceError).code !== grpcStatus.UNAUTHENTICATED) throw error;
      this.#metadata = undefined;
      return this.#unary(service, method, request, await this.#authenticated());
    }
  }

  #authenticated(): Promise<Metadata> {
    this.#metadata ??= this.#unary('Auth', 'Authenticate', this.#user ?? {}, new Metadata()).then((reply) => {
      const metadata = new Metadata();
      metadata.set('token', reply['token'] as string);
      return metadata;
    });
    return this.#metadata;
  }

  #unary(service: Service, method: string, request: object, metadata: Metadata): Promise<Reply> {
    const { path, requestSerialize, responseDeserialize } = methodOf(service, method);
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        (error, reply) => {
          if (error === null && reply !== undefined) resolve(reply);
          else reject(error ?? new Error(`${method} was not answered`));
        },
      );
    });
  }
}

function methodOf(service: Service, method: string): MethodDefinition<object, Reply> {
  const methods = definition[`etcdserverpb.${service}`] as unknown as Record<
    string,
    MethodDefinition<object, Reply>
  >;
  return methods[method]!;
}

function putRequest({ key, value, lease = 0n }: PutOperation): object {
  return { key: bytes(key), value: bytes(value), lease: lease.toString() };
}

function deleteRequest({ delete: key, rangeEnd }: DeleteOperation): object {
  return { key: bytes(key), range_end: rangeEnd === undefined ? undefined : bytes(rangeEnd) };
}

function bytes(value: Bytes): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value) : value;
}

function revisionOf(reply: Reply): bigint {
  return BigInt(reply.header.revision);
}

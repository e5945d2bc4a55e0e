import { fromJSON, type PackageDefinition } from '@grpc/proto-loader';

/**
 * The calls that tests make, with the field numbers of etcd's rpc.proto, kv.proto and auth.proto. It is
 * kept apart from what the product uses, so that a mistake there is not repeated by the judge.
 */
type Fields = Readonly<Record<string, readonly [type: string, id: number, rule?: 'repeated']>>;

const messages: Readonly<Record<string, Fields>> = {
  ResponseHeader: {
    cluster_id: ['uint64', 1],
    member_id: ['uint64', 2],
    revision: ['int64', 3],
    raft_term: ['uint64', 4],
  },
  KeyValue: {
    key: ['bytes', 1],
    create_revision: ['int64', 2],
    mod_revision: ['int64', 3],
    version: ['int64', 4],
    value: ['bytes', 5],
    lease: ['int64', 6],
  },
  RangeRequest: {
    key: ['bytes', 1],
    range_end: ['bytes', 2],
    limit: ['int64', 3],
    revision: ['int64', 4],
    serializable: ['bool', 7],
    keys_only: ['bool', 8],
    count_only: ['bool', 9],
  },
  RangeResponse: {
    header: ['ResponseHeader', 1],
    kvs: ['KeyValue', 2, 'repeated'],
    more: ['bool', 3],
    count: ['int64', 4],
  },
  PutRequest: { key: ['bytes', 1], value: ['bytes', 2], lease: ['int64', 3] },
  PutResponse: { header: ['ResponseHeader', 1] },
  DeleteRangeRequest: { key: ['bytes', 1], range_end: ['bytes', 2] },
  DeleteRangeResponse: { header: ['ResponseHeader', 1], deleted: ['int64', 2] },
  // In etcd the three requests are one oneof; on the wire that is the same as three optional fields.
  RequestOp: {
    request_range: ['RangeRequest', 1],
    request_put: ['PutRequest', 2],
    request_delete_range: ['DeleteRangeRequest', 3],
  },
  TxnRequest: { success: ['RequestOp', 2, 'repeated'] },
  TxnResponse: { header: ['ResponseHeader', 1], succeeded: ['bool', 2] },
  CompactionRequest: { revision: ['int64', 1], physical: ['bool', 2] },
  CompactionResponse: { header: ['ResponseHeader', 1] },
  LeaseGrantRequest: { TTL: ['int64', 1], ID: ['int64', 2] },
  LeaseGrantResponse: { header: ['ResponseHeader', 1], ID: ['int64', 2], TTL: ['int64', 3] },
  LeaseRevokeRequest: { ID: ['int64', 1] },
  LeaseRevokeResponse: { header: ['ResponseHeader', 1] },
  StatusRequest: {},
  StatusResponse: {
    header: ['ResponseHeader', 1],
    version: ['string', 2],
    dbSize: ['int64', 3],
    leader: ['uint64', 4],
    raftIndex: ['uint64', 5],
    raftTerm: ['uint64', 6],
    raftAppliedIndex: ['uint64', 7],
    errors: ['string', 8, 'repeated'],
    dbSizeInUse: ['int64', 9],
    isLearner: ['bool', 10],
  },
  DefragmentRequest: {},
  DefragmentResponse: { header: ['ResponseHeader', 1] },
  HashKVRequest: { revision: ['int64', 1] },
  HashKVResponse: {
    header: ['ResponseHeader', 1],
    hash: ['uint32', 2],
    compact_revision: ['int64', 3],
    hash_revision: ['int64', 4],
  },
  AuthenticateRequest: { name: ['string', 1], password: ['string', 2] },
  AuthenticateResponse: { header: ['ResponseHeader', 1], token: ['string', 2] },
};

const services: Readonly<Record<string, readonly (readonly [method: string, message: string])[]>> = {
  KV: [
    ['Range', 'Range'],
    ['Put', 'Put'],
    ['DeleteRange', 'DeleteRange'],
    ['Txn', 'Txn'],
    ['Compact', 'Compaction'],
  ],
  Lease: [
    ['LeaseGrant', 'LeaseGrant'],
    ['LeaseRevoke', 'LeaseRevoke'],
  ],
  Maintenance: [
    ['Status', 'Status'],
    ['Defragment', 'Defragment'],
    ['HashKV', 'HashKV'],
  ],
  Auth: [['Authenticate', 'Authenticate']],
};

/** Integers of 64 bits are decoded to decimal strings, and may be given as such. */
export function rpcDefinition(): PackageDefinition {
  const nested = { ...mapValues(messages, messageJson), ...mapValues(services, serviceJson) };
  return fromJSON(
    { nested: { etcdserverpb: { nested } } },
    { keepCase: true, longs: String, defaults: true },
  );
}

function messageJson(fields: Fields): object {
  return { fields: mapValues(fields, ([type, id, rule]) => ({ type, id, rule })) };
}

function serviceJson(methods: readonly (readonly [string, string])[]): object {
  const entries = methods.map(([method, message]) => [
    method,
    { requestType: `${message}Request`, responseType: `${message}Response` },
  ]);
  return { methods: Object.fromEntries(entries) as object };
}

function mapValues<In, Out>(
  record: Readonly<Record<string, In>>,
  map: (value: In) => Out,
): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

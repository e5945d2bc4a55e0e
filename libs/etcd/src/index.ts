export { chooseMembers } from './client/choose-members.ts';
export { connectEtcd, type EtcdClient } from './client/client.ts';
export { type Alarm, type Member, type MemberHash, type MemberStatus } from './client/cluster.ts';
export { type EtcdAuth, type EtcdConnection, type EtcdTls } from './client/connection.ts';
export { type EndpointAddress, parseEndpoint } from './client/endpoint-address.ts';
export {
  type AuthFailure,
  EtcdError,
  type EtcdErrorCode,
  type EtcdErrorOptions,
  type TlsFailure,
} from './client/etcd-error.ts';
export { type MemberView, rankMembers, type RankedMember } from './client/rank-members.ts';
export {
  type BlobSink,
  CHECKSUM_BYTES,
  type SnapshotOptions,
  type SnapshotResult,
  type SnapshotStart,
} from './client/snapshot-stream.ts';

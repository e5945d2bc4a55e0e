export { type EtcdUser, READER, ROOT } from './etcd/authentication.ts';
export { type CertificateFiles, type Certificates, makeCertificates } from './etcd/certificates.ts';
export {
  type Bytes,
  type DeleteOperation,
  EtcdClient,
  type EtcdClientOptions,
  type HashKV,
  type KeyValue,
  type MemberStatus,
  type PutOperation,
  type RangeQuery,
  type RangeResult,
  type WriteOperation,
} from './etcd/etcd-client.ts';
export {
  type ClientOptions,
  EtcdCluster,
  type EtcdClusterOptions,
  type EtcdctlOptions,
} from './etcd/etcd-cluster.ts';
export { EtcdMember, type Readiness } from './etcd/etcd-member.ts';
export { RestoredEtcd } from './etcd/restored-etcd.ts';
export { freePorts } from './free-ports.ts';
export { type Reaper, startReaper } from './reaper.ts';
export { RedisServer, type RedisServerOptions } from './redis/redis-server.ts';
export { CommandFailedError, run, type RunOptions, type RunResult } from './run.ts';
export { mountSmallDisk, type SmallDisk } from './small-disk.ts';
export { cacheFolder } from './tools/cache-folder.ts';
export { describeWith } from './tools/describe-with.ts';
export { type ProvidedTool, provideTool, type Say } from './tools/provide-tool.ts';
export {
  ETCD_VERSIONS,
  type EtcdTools,
  type EtcdVersion,
  requireAge,
  requireEtcd,
  requireRedis,
  requireRestic,
  requireSchemathesis,
} from './tools/require-tools.ts';
export { TOOLS, type ToolName } from './tools/tool-table.ts';
export { ToolUnavailableError } from './tools/tool-unavailable.ts';
export { churnKubeHour, type ChurnReport } from './kube/churn-kube.ts';
export { fillKube, type FillKubeOptions } from './kube/fill-kube.ts';
export { type KubeState } from './kube/kube-state.ts';
export { ENCRYPTED_PREFIX } from './kube/render.ts';

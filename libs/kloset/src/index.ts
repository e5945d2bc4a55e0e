export { checkStore } from './check/check-store.ts';
export {
  type CheckOptions,
  type CheckProblem,
  type CheckProgress,
  type CheckResult,
  type ProblemKind,
} from './check/check-types.ts';
export { KlosetStoreError, type StoreErrorCode } from './errors.ts';
export * from './format/names.ts';
export { ByteReader } from './format/byte-reader.ts';
export { ByteWriter } from './format/byte-writer.ts';
export { compress, decompress } from './format/compress.ts';
export { newRowColumns, type RowColumns } from './format/row-columns.ts';
export { encodeRowsPayload, type PayloadSections, type RawRows } from './format/rows-payload.ts';
export { decodeRowsPayload, rowMismatch, type DecodedRows } from './format/rows-payload-reader.ts';
export {
  decodeBucketsPayload,
  encodeBucketsPayload,
  type PlainBucket,
  type PlainBucketRow,
} from './format/buckets-payload.ts';
export {
  ATTACHMENT_BLOCK_SIZE,
  BLOCK_SIZE,
  decodeBlocksPayload,
  encodeBlocksPayload,
  type PlainBlock,
} from './format/blocks-payload.ts';
export { type NeededObject, type RowChunk, type SnapshotMap } from './format/snapshot-map.ts';
export { decodeSummary, encodeSummary, type HashAnswer, type SnapshotSummary } from './format/summary.ts';
export { decodeColumns, encodeColumns, type TableSection } from './format/table.ts';
export * from './keys/index.ts';
export {
  openChunk,
  sealChunk,
  type ChunkKey,
  type ChunkKind,
  type OpenChunk,
} from './objects/chunk-object.ts';
export { sealRecord, type PlainRecord } from './objects/record-object.ts';
export { liveRows, type LoadTable, type StoredRows } from './rows/live-rows.ts';
export { chunkUses, markLive, withLiveMap, type ChunkUse } from './rows/live-map.ts';
export { matchRows, noRows, type MatchedRows } from './rows/match-rows.ts';
export { chunksToRewrite, DEFAULT_REWRITE, type RewritePolicy } from './rows/rewrite.ts';
export { tableReader } from './rows/table-reader.ts';
export { tiersToMerge } from './rows/tiers.ts';
export { rowHasher, type HashRowInto } from './seal/index.ts';
export * from './store/cluster.ts';
export {
  MOST_DEFINITION_BYTES,
  readDefinition,
  type StoredDefinition,
  writeDefinition,
} from './store/cluster-definition.ts';
export { clusterIds, ensureConfig, listClusters, type NamedCluster } from './store/cluster-config.ts';
export { damagedObjects, putNote, readNote, type Note } from './store/notes.ts';
export {
  findSnapshot,
  listSnapshots,
  selectClusters,
  type SnapshotList,
  type UnreadableSnapshot,
} from './store/snapshots.ts';
export {
  openCredentialFile,
  openOwnerKeys,
  type OwnerSecretFiles,
  readKeyFiles,
  readOwnerSecrets,
} from './store/open-keys.ts';
export { createStore, openStore, type KeyFile, type Store } from './store/store.ts';

export { combineCrc32c, crc32c } from './crc32c.ts';
export { MvccError, type MvccErrorCode } from './errors.ts';
export { hashKV, newestOfLiveKeys } from './hash-kv.ts';
export { keyHasher, type KeyHasher } from './key-hash.ts';
export {
  emptyFields,
  findUserKey,
  keyValueSize,
  parseCanonical,
  writeKeyValue,
  type KeyValueFields,
} from './key-value.ts';
export {
  isRevisionKey,
  readMain,
  readSub,
  REVISION_KEY_SIZE,
  TOMBSTONE_KEY_SIZE,
  writeRevisionKey,
} from './revision.ts';
export { openPrivateFile, readFully, writeFully } from './private-file.ts';
export * from './row-log.ts';
export { StatusHash } from './status-hash.ts';

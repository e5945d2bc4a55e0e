import { type StagingLimits } from '@etcd-kloset/jobs';
import { type Configuration } from '../config/configuration.ts';

/** What the configuration allows the staging area to hold. */
export function stagingLimits({ limits }: Pick<Configuration, 'limits'>): StagingLimits {
  return {
    totalBytes: limits.stagingBytes,
    perStoreBytes: limits.stagingBytesPerStore,
    perBackupBytes: limits.stagingBytesPerBackup,
    expiryMs: limits.stagingExpiryMs,
  };
}

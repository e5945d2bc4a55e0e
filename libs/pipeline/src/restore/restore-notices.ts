import { type OpenedSnapshot } from './opened-snapshot.ts';
import { type StoredAlarm } from './data-dir/alarms.ts';

/** What somebody must know before a snapshot is restored, whichever way. */
export interface RestoreNotices {
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** @param alarms those that come back with the snapshot, see `storedAlarms` */
export function restoreNotices(
  { summary }: Pick<OpenedSnapshot, 'summary'>,
  alarms: readonly StoredAlarm[],
): RestoreNotices {
  return {
    warnings: [
      ...proofWarnings(summary),
      ...alarmWarnings(alarms),
      ...(summary.encoding === 'opaque'
        ? [
            `the database was kept as it was, since it did not decode: ${summary.opaqueReason ?? 'no reason is known'}`,
          ]
        : []),
    ],
    notes: [...encryptionNotes(summary), ...attachmentNotes(summary)],
  };
}

/** Which key must be at hand for values that Kubernetes encrypted itself; one sentence for each key. */
export function encryptionNotes({ kubernetes }: Pick<OpenedSnapshot['summary'], 'kubernetes'>): string[] {
  return (kubernetes?.encrypted ?? []).map(
    ({ provider, key, resources, values }) =>
      `Kubernetes encrypted ${values} values of ${resources.join(', ')} itself (provider ${provider}, key ${key}): ` +
      'without the EncryptionConfiguration or the KMS that has this key they cannot be read',
  );
}

function proofWarnings({ proof, proofReason, source }: OpenedSnapshot['summary']): string[] {
  if (proof === 'mismatch') {
    return [`the cluster was corrupt when this snapshot was taken: ${proofReason ?? 'its members differed'}`];
  }
  if (proof === 'unproven' && source === 'cluster') {
    return [`this snapshot was not proven against its cluster: ${proofReason ?? 'no reason is known'}`];
  }
  return [];
}

function alarmWarnings(alarms: readonly StoredAlarm[]): string[] {
  return alarms.map(({ memberId, alarm }) => {
    const back = `the snapshot carries the alarm ${alarm} of member ${memberId}, and etcd will come back with it`;
    if (alarm === 'NOSPACE') {
      return `${back}: it takes no writes until there is room (--quota-backend-bytes, etcdctl defrag) and \`etcdctl alarm disarm\` was run`;
    }
    if (alarm === 'CORRUPT') {
      return `${back}: that member's data was found corrupt. Choose an older snapshot if you can; \`etcdctl alarm disarm\` lets it serve again`;
    }
    return `${back}: see \`etcdctl alarm list\``;
  });
}

function attachmentNotes({ attachments }: OpenedSnapshot['summary']): string[] {
  if (attachments.length === 0) return [];
  const names = attachments.map(({ name }) => name);
  const some = names.slice(0, 3).join(', ') + (names.length > 3 ? ', …' : '');
  const what = names.length === 1 ? 'a file was attached' : `${names.length} files were attached`;
  return [`${what} (${some}): --attachments DIR restores ${names.length === 1 ? 'it' : 'them'}`];
}

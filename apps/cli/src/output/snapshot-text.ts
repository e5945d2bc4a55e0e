import { type SnapshotSummary } from '@etcd-kloset/kloset';
import { formatBytes, formatCount, formatDuration, formatHash, formatTime, plural } from './format.ts';
import { formatFields } from './table.ts';

/** What a backup or an import did, for a person. */
export function storedText(summary: SnapshotSummary): string {
  const { id, cluster, rows, bytes, chunks, durationMs } = summary;
  return [
    `snapshot ${id} of ${cluster}`,
    formatFields([
      ...contentFields(summary),
      [
        'rows',
        `${formatCount(rows.total)}: ${formatCount(rows.new)} new, ${formatCount(rows.total - rows.new)} known`,
      ],
      ['stream', formatBytes(bytes.stream)],
      [
        'added',
        `${formatBytes(bytes.added)}, ${plural(chunks.new, 'new chunk')} of ${formatCount(chunks.total)}`,
      ],
      ...hashFields(summary),
      ['took', formatDuration(durationMs)],
      ['proof', proofText(summary)],
    ]),
  ].join('\n');
}

export function contentFields({
  time,
  revision,
  compactRevision,
  etcd,
  encoding,
  opaqueReason,
  parent,
}: SnapshotSummary): [string, string | undefined][] {
  const compacted = compactRevision > 0 ? `, compacted up to ${formatCount(compactRevision)}` : '';
  const version = etcd.version ?? etcd.storageVersion;
  return [
    ['time', formatTime(time)],
    ['revision', `${formatCount(revision)}${compacted}`],
    ['etcd', [version, etcd.member && `member ${etcd.member}`].filter(Boolean).join(', ') || undefined],
    ['encoding', encoding === 'rows' ? undefined : `kept as it was: ${opaqueReason ?? 'no reason is known'}`],
    ['parent', parent],
  ];
}

export function hashFields({
  statusHash,
  encoding,
  hashKV,
}: SnapshotSummary): [string, string | undefined][] {
  const equal = hashKV.filter((answer) => answer.equal).length;
  return [
    ['status hash', encoding === 'rows' ? formatHash(statusHash) : undefined],
    [
      'members',
      hashKV.length === 0 ? undefined : `${equal} of ${hashKV.length} that answered have the same HashKV`,
    ],
  ];
}

export function proofText({ proof, proofReason }: SnapshotSummary): string {
  return proofReason === undefined ? proof : `${proof}: ${proofReason}`;
}

import { type SnapshotSummary } from '@etcd-kloset/kloset';
import { countKeys, encryptionNotes, type KeyCounts } from '@etcd-kloset/pipeline';
import { type Action } from '../commands/command.ts';
import { type showOptions } from '../commands/show.ts';
import { snapshotDocument } from '../output/documents.ts';
import { formatBytes, formatCount, formatHash, plural } from '../output/format.ts';
import { contentFields, hashFields, proofText } from '../output/snapshot-text.ts';
import { formatFields, formatTable } from '../output/table.ts';
import { chooseKey } from '../store/given-keys.ts';
import { openNamed } from '../store/open-named.ts';
import { withStore } from '../store/with-store.ts';
import { labelsText } from './snapshots.ts';

export const show: Action<typeof showOptions> = async (invocation) => {
  const { options, sourceOf, report, signal } = invocation;
  const [reference] = invocation.arguments as [string];
  // An owner's key that is given is given for what only it can show.
  const need = chooseKey(options, sourceOf, 'decrypt') === 'owner' ? 'decrypt' : 'read';
  const { summary, counts } = await withStore(invocation, need, async (store, ring) => {
    const snapshot = await openNamed(store, ring, reference, options.cluster);
    const isCountable = ring.role === 'owner' && snapshot.summary.encoding === 'rows';
    return {
      summary: snapshot.summary,
      counts: isCountable ? await countKeys(snapshot, { progress: report.progress, signal }) : undefined,
    };
  });
  report.answer(documentOf(summary, counts), () => textOf(summary, counts));
  return 0;
};

function documentOf(summary: SnapshotSummary, counts: KeyCounts | undefined) {
  return {
    ...snapshotDocument(summary),
    buckets: summary.buckets.map(({ name, rows, bytes }) => ({ name, rows, bytes })),
    stream: summary.stream,
    keys: counts?.keys ?? null,
    prefixes: counts?.prefixes ?? null,
  };
}

function textOf(summary: SnapshotSummary, counts: KeyCounts | undefined): string {
  const { id, cluster, rows, bytes, chunks, stream, labels, attachments, warnings, tool, etcd } = summary;
  const sections = [
    [
      `snapshot ${id} of ${cluster}`,
      formatFields([
        ...contentFields(summary),
        ['rows', `${formatCount(rows.total)}, ${formatCount(rows.new)} of them new`],
        ['stream', `${formatBytes(bytes.stream)}, SHA-256 of the stream ${stream.sha256}`],
        [
          'added',
          `${formatBytes(bytes.added)}, ${plural(chunks.new, 'new chunk')} of ${formatCount(chunks.total)}`,
        ],
        ...hashFields(summary),
        ['proof', proofText(summary)],
        ['labels', Object.keys(labels).length === 0 ? undefined : labelsText(labels)],
        [
          'alarms',
          etcd.alarms.map(({ memberId, alarm }) => `${alarm} of ${memberId}`).join(', ') || undefined,
        ],
        ['made by', `${tool.name} ${tool.version}`],
      ]),
    ].join('\n'),
    ...(summary.hashKV.length === 0 ? [] : [membersTable(summary)]),
    ...(summary.buckets.length === 0 ? [] : [bucketsTable(summary)]),
    ...prefixSection(summary, counts),
    ...(attachments.length === 0 ? [] : [attachmentsTable(summary)]),
    ...[...encryptionNotes(summary), ...warnings.map((warning) => `warning at the backup: ${warning}`)],
  ];
  return sections.join('\n\n');
}

function membersTable({ hashKV }: SnapshotSummary): string {
  return formatTable(
    [
      { title: 'MEMBER' },
      { title: 'ID' },
      { title: 'REVISION', right: true },
      { title: 'COMPACTED', right: true },
      { title: 'HASHKV', right: true },
      { title: 'EQUAL' },
    ],
    hashKV.map(({ member, memberId, revision, compactRevision, hash, equal, source }) => [
      member,
      memberId,
      formatCount(revision),
      formatCount(compactRevision),
      formatHash(hash),
      `${equal ? 'yes' : 'NO'}${source ? ' (read from)' : ''}`,
    ]),
  );
}

function bucketsTable({ buckets }: SnapshotSummary): string {
  return formatTable(
    [{ title: 'BUCKET' }, { title: 'ROWS', right: true }, { title: 'BYTES', right: true }],
    buckets.map(({ name, rows, bytes }) => [name, formatCount(rows), formatBytes(bytes)]),
  );
}

function prefixSection({ encoding }: SnapshotSummary, counts: KeyCounts | undefined): string[] {
  if (encoding === 'opaque') return [];
  if (counts === undefined) return ["With the owner's key it also tells what keys are in it."];
  return [
    formatTable(
      [
        { title: 'PREFIX' },
        { title: 'KEYS', right: true },
        { title: 'ROWS', right: true },
        { title: 'BYTES', right: true },
      ],
      [
        ...counts.prefixes.map(({ prefix, keys, rows, bytes }) => [
          prefix,
          formatCount(keys),
          formatCount(rows),
          formatBytes(bytes),
        ]),
        ['total', formatCount(counts.keys), formatCount(counts.rows), formatBytes(counts.bytes)],
      ],
    ),
    'KEYS exist at this revision; ROWS are all their versions, deletions too, until etcd compacts them; BYTES are those of the rows.',
  ];
}

function attachmentsTable({ attachments }: SnapshotSummary): string {
  return formatTable(
    [{ title: 'ATTACHED' }, { title: 'SIZE', right: true }, { title: 'MODE', right: true }],
    attachments.map(({ name, size, mode }) => [name, formatBytes(size), mode.toString(8).padStart(4, '0')]),
  );
}

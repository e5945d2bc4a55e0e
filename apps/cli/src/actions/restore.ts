import {
  checkDataDirOptions,
  PipelineError,
  planDataDir,
  readAttachments,
  requireRoomFor,
  restoreNotices,
  restoreToDataDir,
  restoreToFile,
  storedAlarms,
  writeAttachments,
  type AttachedFile,
  type DataDirPlan,
  type OpenedSnapshot,
  type StoredAlarm,
} from '@etcd-kloset/pipeline';
import { type Action, type ExitCode, type Invocation } from '../commands/command.ts';
import { type restoreOptions } from '../commands/restore.ts';
import { formatBytes, formatCount, formatHash, plural } from '../output/format.ts';
import { formatFields } from '../output/table.ts';
import { openNamed } from '../store/open-named.ts';
import { withStore } from '../store/with-store.ts';
import { UsageError } from '../usage-error.ts';
import { firstSteps } from './kubernetes-steps.ts';
import { commandsWithoutEtcdutl, nextSteps, otherMembers } from './restore-advice.ts';

type RestoreInvocation = Invocation<typeof restoreOptions>;

/** What was checked before anything is written. */
interface Prepared {
  readonly snapshot: OpenedSnapshot;
  readonly alarms: readonly StoredAlarm[];
  readonly attachments: readonly AttachedFile[];
  readonly plan: DataDirPlan | undefined;
  readonly warnings: readonly string[];
}

export const restore: Action<typeof restoreOptions> = async (invocation) => {
  requireTarget(invocation);
  return withStore<ExitCode>(invocation, 'decrypt', async (store, ring) => {
    // Asked at once: a key that decrypts nothing fails here, before anything else is looked at.
    ring.dataPrivateKey(ring.epoch);
    const [reference] = invocation.arguments as [string];
    const prepared = await prepare(
      await openNamed(store, ring, reference, invocation.options.cluster),
      invocation,
    );
    const { output } = invocation.options;
    if (output !== undefined) await toFile(prepared, output, invocation);
    else if (prepared.plan !== undefined)
      await toDataDir(prepared, prepared.plan, store.storage.url, invocation);
    else await attachmentsAlone(prepared, invocation);
    return 0;
  });
};

function requireTarget({ options, sourceOf }: RestoreInvocation): void {
  if (options.output === '-') {
    throw new UsageError(
      '--output - is not standard output: a snapshot is compared while it is written, and what was passed on before it turned out wrong could not be taken back.',
      'Give a file, which is there only when all of it is right; ./- for one of that name.',
    );
  }
  if (options.output !== undefined && options.dataDir !== undefined) {
    throw new UsageError('--output and --data-dir exclude each other.', 'Give one of them.');
  }
  if ([options.output, options.dataDir, options.attachments].every((each) => each === undefined)) {
    throw new UsageError(
      'Where to restore to is missing.',
      'Give --output FILE, --data-dir DIR or --attachments DIR.',
    );
  }
  if (options.dataDir !== undefined) {
    checkDataDirOptions(options);
    return;
  }
  const onlyWithDataDir = [
    'name',
    'initialCluster',
    'initialClusterToken',
    'initialAdvertisePeerUrls',
    'bumpRevision',
    'markCompacted',
  ] as const;
  const stray = onlyWithDataDir.find((name) => sourceOf(name) === 'command line');
  if (stray !== undefined) {
    const flag = `--${stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UsageError(`${flag} says how to make a data directory.`, 'Give --data-dir DIR as well.');
  }
}

async function prepare(snapshot: OpenedSnapshot, invocation: RestoreInvocation): Promise<Prepared> {
  const { options, report, signal } = invocation;
  report.note(`snapshot ${snapshot.summary.id} of ${snapshot.summary.cluster}, ${snapshot.summary.time}`);
  const isDatabaseWanted = options.output !== undefined || options.dataDir !== undefined;
  const alarms = isDatabaseWanted ? await storedAlarms(snapshot) : [];
  const { warnings, notes } = isDatabaseWanted
    ? restoreNotices(snapshot, alarms)
    : { warnings: [], notes: [] };
  const plan =
    options.dataDir === undefined ? undefined : await planOrExplain(snapshot, options.dataDir, invocation);
  const allWarnings = [...warnings, ...(plan?.warnings ?? [])];
  allWarnings.forEach(report.warn);
  [...notes, ...(plan?.notes ?? [])].forEach(report.note);
  const attachments = options.attachments === undefined ? [] : await readAttachments(snapshot, signal);
  if (options.attachments !== undefined) await requireRoomFor(attachments, options.attachments);
  return { snapshot, alarms, attachments, plan, warnings: allWarnings };
}

/** Where etcdutl is not on this host, it can be run from etcd's image: the commands are told. */
async function planOrExplain(
  snapshot: OpenedSnapshot,
  dataDir: string,
  { options, signal }: RestoreInvocation,
): Promise<DataDirPlan> {
  try {
    return await planDataDir(snapshot, { ...options, dataDir, signal });
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== 'restore.no-etcdutl') throw error;
    throw new PipelineError(error.code, error.message, {
      advice: [error.advice, ...commandsWithoutEtcdutl(snapshot, options)].join('\n'),
      context: error.context,
      cause: error.cause,
    });
  }
}

async function toFile(
  { snapshot, attachments, alarms, warnings }: Prepared,
  output: string,
  { options, report, signal }: RestoreInvocation,
): Promise<void> {
  const { summary } = snapshot;
  const { file, size, sha256 } = await restoreToFile(snapshot, output, {
    progress: report.progress,
    note: report.note,
    warn: report.warn,
    signal,
  });
  const attached = await writeAttached(attachments, options.attachments);
  report.answer(
    {
      snapshot: summary.id,
      cluster: summary.cluster,
      file,
      size,
      sha256,
      statusHash: summary.statusHash,
      revision: summary.revision,
      alarms,
      attachments: attached,
      warnings,
    },
    () =>
      [
        `restored ${file}`,
        formatFields([
          ['snapshot', summary.id],
          ['revision', formatCount(summary.revision)],
          ['size', `${formatBytes(size)}, SHA-256 ${sha256} (of the whole file)`],
          [
            'status hash',
            summary.encoding === 'rows' ? `${formatHash(summary.statusHash)}, as backed up` : undefined,
          ],
          ['attachments', attachedText(attached, options.attachments)],
        ]),
      ].join('\n'),
  );
}

async function toDataDir(
  { snapshot, attachments, alarms, warnings }: Prepared,
  plan: DataDirPlan,
  storeUrl: string,
  { options, report, signal }: RestoreInvocation,
): Promise<void> {
  const { summary } = snapshot;
  const { dataDir, snapshotFile } = await restoreToDataDir(snapshot, plan, {
    progress: report.progress,
    note: report.note,
    warn: report.warn,
    signal,
  });
  const attached = await writeAttached(attachments, options.attachments);
  const others = otherMembers(snapshot, plan, { ...options, store: storeUrl });
  const next = [...firstSteps(snapshot, plan), ...nextSteps(snapshot, plan, alarms)];
  const { tool, name, bumpRevision } = plan;
  report.answer(
    {
      snapshot: summary.id,
      cluster: summary.cluster,
      dataDir,
      name: name ?? 'default',
      bumpRevision,
      markCompacted: bumpRevision > 0,
      restoredRevision: summary.revision + bumpRevision,
      etcdutl: { path: tool.path, program: tool.program, version: tool.version },
      size: snapshotFile.size,
      sha256: snapshotFile.sha256,
      statusHash: summary.statusHash,
      revision: summary.revision,
      alarms,
      attachments: attached,
      warnings,
      otherMembers: others,
      next,
    },
    () =>
      [
        `restored ${dataDir}`,
        formatFields([
          ['snapshot', summary.id],
          ['member', name],
          [
            'revision',
            bumpRevision === 0
              ? formatCount(summary.revision)
              : `${formatCount(summary.revision + bumpRevision)} from now on: ${formatCount(summary.revision)} of the snapshot, bumped by ${formatCount(bumpRevision)} and marked compacted`,
          ],
          ['made by', `${tool.program} ${tool.version}`],
          ['attachments', attachedText(attached, options.attachments)],
        ]),
        ...(others.length === 0
          ? []
          : [
              '',
              'On the other members, from the same snapshot:',
              ...others.map(({ name: other, command }) => `\n  # ${other}\n  ${command}`),
            ]),
        '',
        'Next:',
        ...next.map((step, at) => `  ${at + 1}. ${step}`),
      ].join('\n'),
  );
}

async function attachmentsAlone(
  { snapshot: { summary }, attachments }: Prepared,
  { options, report }: RestoreInvocation,
): Promise<void> {
  if (attachments.length === 0) report.warn(`nothing was attached to snapshot ${summary.id}`);
  const attached = await writeAttached(attachments, options.attachments);
  report.answer({ snapshot: summary.id, cluster: summary.cluster, attachments: attached }, () =>
    attached.length === 0 ? '' : `restored ${attachedText(attached, options.attachments)!}`,
  );
}

async function writeAttached(files: readonly AttachedFile[], folder: string | undefined): Promise<string[]> {
  return folder === undefined || files.length === 0 ? [] : writeAttachments(files, folder);
}

function attachedText(files: readonly string[], folder: string | undefined): string | undefined {
  return folder === undefined ? undefined : `${plural(files.length, 'file')} in ${folder}`;
}

import { chmod, chown, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../errors.ts';
import { type Observer } from '../../progress.ts';
import { type OpenedSnapshot } from '../opened-snapshot.ts';
import { restoreToFile, type RestoredTo } from '../restore-to-file.ts';
import { initialClusterText } from './initial-cluster.ts';
import { requireEmpty, type DataDirPlan, type RestoreChoices } from './plan-data-dir.ts';
import { runTool } from './run-tool.ts';

export interface RestoredDataDir {
  readonly dataDir: string;
  /** The snapshot file that etcdutl was given; it is gone again. */
  readonly snapshotFile: Pick<RestoredTo, 'size' | 'sha256'>;
}

/**
 * Has etcdutl make a data directory from a verified snapshot file, which lies in a private folder beside it
 * and is removed in the end.
 *
 * The data directory is made in that folder too and gets its name when it is whole, so that a restore that
 * is killed leaves nothing that etcd would start on. Only a mount point has to be filled in place.
 *
 * @throws PipelineError, KlosetStoreError; the signal's reason. Nothing is left behind then.
 */
export async function restoreToDataDir(
  snapshot: OpenedSnapshot,
  plan: DataDirPlan,
  observer: Observer & { readonly signal?: AbortSignal | undefined } = {},
): Promise<RestoredDataDir> {
  const { dataDir, tool } = plan;
  const work = await makePrivateFolder(dataDir);
  try {
    const restored = await restoreToFile(snapshot, path.join(work, 'snapshot.db'), observer);
    observer.note?.(`${tool.program} ${tool.version} makes the data directory`);
    if (await isMountPoint(plan)) await fillInPlace(plan, restored.file, observer.signal);
    else await makeAndRename(plan, restored.file, path.join(work, 'data'), observer.signal);
    return { dataDir, snapshotFile: { size: restored.size, sha256: restored.sha256 } };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The arguments of `snapshot restore`, for whoever runs it. */
export function restoreArguments(choices: RestoreChoices, snapshotFile: string, dataDir: string): string[] {
  const flag = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`--${name}=${value}`];
  return [
    'snapshot',
    'restore',
    snapshotFile,
    `--data-dir=${dataDir}`,
    ...flag('name', choices.name),
    ...flag('initial-cluster', choices.initialCluster && initialClusterText(choices.initialCluster)),
    ...flag('initial-cluster-token', choices.initialClusterToken),
    ...flag('initial-advertise-peer-urls', choices.peerUrls?.join(',')),
    ...(choices.bumpRevision > 0 ? [`--bump-revision=${choices.bumpRevision}`, '--mark-compacted'] : []),
  ];
}

async function makeAndRename(
  plan: DataDirPlan,
  snapshotFile: string,
  staged: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await runTool(plan.tool.path, restoreArguments(plan, snapshotFile, staged), signal);
  if (plan.existing !== undefined) {
    await chmod(staged, plan.existing.mode);
    const made = await stat(staged);
    if (made.uid !== plan.existing.uid || made.gid !== plan.existing.gid) {
      await chown(staged, plan.existing.uid, plan.existing.gid);
    }
  }
  try {
    await rename(staged, plan.dataDir);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new PipelineError(
      code === 'ENOTEMPTY' || code === 'EEXIST' ? 'restore.data-dir-not-empty' : 'restore.data-dir-failed',
      `the data directory cannot get its name ${plan.dataDir} (${code})`,
      { advice: 'See who else uses this folder; nothing in it was touched.', cause },
    );
  }
  await syncFolder(path.dirname(plan.dataDir));
}

/**
 * The tool refuses a folder that is not empty, so what is there after a failure it left there, unless something
 * came into the folder since it was planned for: that is found here first, and stays.
 */
export async function fillInPlace(
  plan: Pick<DataDirPlan, 'dataDir' | 'tool' | keyof RestoreChoices>,
  snapshotFile: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await requireEmpty(plan.dataDir);
  try {
    await runTool(plan.tool.path, restoreArguments(plan, snapshotFile, plan.dataDir), signal);
  } catch (error) {
    for (const entry of await readdir(plan.dataDir)) {
      // The one folder that the tool makes: whatever else came meanwhile is not ours.
      if (entry === 'member') await rm(path.join(plan.dataDir, entry), { recursive: true, force: true });
    }
    throw error;
  }
}

async function isMountPoint({ dataDir, existing }: DataDirPlan): Promise<boolean> {
  if (existing === undefined) return false;
  const [own, parent] = await Promise.all([stat(dataDir), stat(path.dirname(dataDir))]);
  return own.dev !== parent.dev;
}

async function makePrivateFolder(dataDir: string): Promise<string> {
  try {
    return await mkdtemp(`${dataDir}.restore-`);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new PipelineError('restore.data-dir-failed', `nothing can be written beside ${dataDir} (${code})`, {
      advice: 'The folder above it must be there, and you must be allowed to write to it.',
      cause,
    });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../errors.ts';
import { type OpenedSnapshot } from '../opened-snapshot.ts';
import { compareMinors, minorOf, minorText } from './etcd-version.ts';
import { badMember, parseInitialCluster, parsePeerUrls, type InitialCluster } from './initial-cluster.ts';
import { findRestoreTool, type RestoreTool } from './restore-tool.ts';

export interface DataDirOptions {
  readonly dataDir: string;
  /** Path or name of etcdutl, or of an etcdctl of 3.4 or 3.5. Default: the one on PATH. */
  readonly etcdutl?: string | undefined;
  /** The member's name. Default: etcd's own, `default`. */
  readonly name?: string | undefined;
  /** `m1=http://…:2380,m2=…`. Default: etcd's own, one member at http://localhost:2380. */
  readonly initialCluster?: string | undefined;
  readonly initialClusterToken?: string | undefined;
  /** Default: what `initialCluster` says of `name`. */
  readonly initialAdvertisePeerUrls?: string | undefined;
  /** 0: not at all. Default: {@link KUBERNETES_BUMP} for a snapshot of Kubernetes, else not at all. */
  readonly bumpRevision?: number | undefined;
  /** Default: whenever the revision is bumped, since etcdutl does not do one without the other. */
  readonly markCompacted?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A restore that can be done: everything was checked, nothing was written. */
export interface DataDirPlan {
  /** Absolute. */
  readonly dataDir: string;
  /** What is there now; undefined when nothing is. */
  readonly existing: { readonly mode: number; readonly uid: number; readonly gid: number } | undefined;
  readonly tool: RestoreTool;
  readonly name: string | undefined;
  /** Undefined: etcd's own, of one member. */
  readonly initialCluster: InitialCluster | undefined;
  readonly initialClusterToken: string | undefined;
  readonly peerUrls: readonly string[] | undefined;
  /** 0: the revision stays, and nothing is marked compacted. */
  readonly bumpRevision: number;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** etcd's own advice for restoring Kubernetes (etcd documentation, "Disaster recovery"). */
export const KUBERNETES_BUMP = 1_000_000_000;

/** A revision is an int64, and JavaScript counts exactly to here. */
const MOST_BUMP = Number.MAX_SAFE_INTEGER;

/**
 * What can be said of the options by themselves, before a snapshot is looked for.
 *
 * @throws PipelineError `restore.bad-member`, `restore.bad-bump`
 */
export function checkDataDirOptions(options: Omit<DataDirOptions, 'dataDir'>): void {
  memberOf(options);
  bumpOf(options, false);
}

/**
 * Sees that a snapshot can be restored into a data directory, and how.
 *
 * @throws PipelineError `restore.bad-member`, `restore.bad-bump` (what was asked for makes no sense),
 *   `restore.data-dir-not-empty`, `restore.data-dir-failed`, `restore.no-etcdutl`, `restore.etcdutl-failed`,
 *   `restore.etcdutl-too-old`
 */
export async function planDataDir(
  { summary }: Pick<OpenedSnapshot, 'summary'>,
  options: DataDirOptions,
): Promise<DataDirPlan> {
  const given = path.resolve(options.dataDir);
  const choices = restoreChoices({ summary }, options);
  const { bumpRevision } = choices;
  const existing = await requireEmpty(given);
  // A link to an empty folder stays one: the folder is what is filled.
  const dataDir = existing === undefined ? given : await realpath(given);
  const tool = await findRestoreTool(options.etcdutl, options.signal);
  if (bumpRevision > 0 && !tool.canBumpRevision) throw cannotBump(tool, isKubernetes(summary));
  if (existing !== undefined && tool.program === 'etcdctl' && minorOf(tool.version)?.minor === 4) {
    throw new PipelineError(
      'restore.data-dir-not-empty',
      `the folder ${dataDir} is there already, and etcdctl ${tool.version} makes it itself`,
      { advice: `Remove the empty folder first: rmdir ${dataDir}` },
    );
  }
  return {
    dataDir,
    existing,
    tool,
    ...choices,
    warnings: [
      ...aloneWarnings(summary, options),
      ...unknownWarnings(summary, options),
      ...newerWarning(summary, tool),
    ],
    notes: [...bumpNotes(summary, options, bumpRevision), ...olderNotes(summary, tool)],
  };
}

/** What etcd's tool is told beside its files: its own defaults filled in wherever they would contradict an option. */
export type RestoreChoices = Pick<
  DataDirPlan,
  'name' | 'initialCluster' | 'initialClusterToken' | 'peerUrls' | 'bumpRevision'
>;

/** @throws PipelineError `restore.bad-member`, `restore.bad-bump` */
export function restoreChoices(
  { summary }: Pick<OpenedSnapshot, 'summary'>,
  options: Omit<DataDirOptions, 'dataDir'>,
): RestoreChoices {
  return { ...memberOf(options), bumpRevision: bumpOf(options, isKubernetes(summary)) };
}

/** A file that was kept as it is does not tell whose it is: nobody would notice that a bump is missing. */
function unknownWarnings(
  { encoding, kubernetes }: OpenedSnapshot['summary'],
  { bumpRevision, markCompacted }: Omit<DataDirOptions, 'dataDir'>,
): string[] {
  if (encoding !== 'opaque' || kubernetes !== undefined) return [];
  if (bumpRevision !== undefined || markCompacted !== undefined) return [];
  return [
    'the database was kept as it is, so it is not known whether it is a Kubernetes cluster: if it is, restore it with --bump-revision 1000000000',
  ];
}

function isKubernetes({ kubernetes }: OpenedSnapshot['summary']): boolean {
  return (kubernetes?.keys ?? 0) > 0;
}

function memberOf(options: Omit<DataDirOptions, 'dataDir'>): Omit<RestoreChoices, 'bumpRevision'> {
  const { name, initialClusterToken } = options;
  const peerUrls =
    options.initialAdvertisePeerUrls === undefined
      ? undefined
      : parsePeerUrls(options.initialAdvertisePeerUrls);
  if (options.initialCluster === undefined) {
    // etcd's own default names a member "default" at a URL of its own: with another name or URL it must be spelt out.
    if (name === undefined && peerUrls === undefined) {
      return { name, initialCluster: undefined, initialClusterToken, peerUrls };
    }
    const urls = peerUrls ?? ['http://localhost:2380'];
    const initialCluster = new Map([[name ?? 'default', urls]]);
    return { name: name ?? 'default', initialCluster, initialClusterToken, peerUrls: urls };
  }
  const initialCluster = parseInitialCluster(options.initialCluster);
  if (name === undefined && initialCluster.size > 1) {
    const names = [...initialCluster.keys()].join(', ');
    throw badMember(`--initial-cluster has several members: --name must say which one this is (${names})`);
  }
  const own = name ?? [...initialCluster.keys()][0]!;
  const urls = initialCluster.get(own);
  if (urls === undefined) throw badMember(`there is no ${JSON.stringify(own)} in --initial-cluster`);
  if (peerUrls !== undefined && [...peerUrls].sort().join() !== [...urls].sort().join()) {
    throw badMember(
      `--initial-advertise-peer-urls says ${peerUrls.join(',')}, --initial-cluster says ${urls.join(',')} of ${own}`,
    );
  }
  return { name: own, initialCluster, initialClusterToken, peerUrls: urls };
}

function bumpOf(
  { bumpRevision, markCompacted }: Omit<DataDirOptions, 'dataDir'>,
  ofKubernetes: boolean,
): number {
  if (bumpRevision !== undefined && (!Number.isSafeInteger(bumpRevision) || bumpRevision < 0)) {
    throw badBump(`--bump-revision must be a whole number from 0 to ${MOST_BUMP}`);
  }
  if (bumpRevision !== undefined && bumpRevision > 0 && markCompacted === false) {
    throw badBump('the revision cannot be bumped without marking it compacted: etcd does both or none');
  }
  if (bumpRevision === 0 && markCompacted === true) {
    throw badBump('nothing can be marked compacted without bumping the revision: etcd does both or none');
  }
  if (bumpRevision !== undefined) return bumpRevision;
  return (markCompacted ?? ofKubernetes) ? KUBERNETES_BUMP : 0;
}

function badBump(message: string): PipelineError {
  return new PipelineError('restore.bad-bump', message, {
    advice: 'Give --bump-revision N for both, or --bump-revision 0 for neither.',
  });
}

/**
 * @returns the empty folder that is there, undefined when nothing is but its parent
 * @throws PipelineError `restore.data-dir-not-empty`, `restore.data-dir-failed`
 */
export async function requireEmpty(dataDir: string): Promise<DataDirPlan['existing']> {
  try {
    const { mode, uid, gid } = await stat(dataDir);
    if ((await readdir(dataDir)).length === 0) return { mode: mode & 0o7777, uid, gid };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return requireParent(dataDir);
    throw new PipelineError(
      'restore.data-dir-failed',
      `${dataDir} cannot be used as a data directory (${code})`,
      {
        advice: 'Give a new or an empty folder.',
        cause,
      },
    );
  }
  throw new PipelineError(
    'restore.data-dir-not-empty',
    `the folder ${dataDir} is not empty; it is not touched`,
    {
      advice: 'Move the old data directory away (do not delete it yet), or give another folder.',
    },
  );
}

async function requireParent(dataDir: string): Promise<undefined> {
  const parent = path.dirname(dataDir);
  try {
    if ((await stat(parent)).isDirectory()) return undefined;
  } catch (cause) {
    throw new PipelineError(
      'restore.data-dir-failed',
      `the folder ${parent} for the data directory is not there`,
      {
        advice: 'Make it first, or give another --data-dir.',
        cause,
      },
    );
  }
  throw new PipelineError('restore.data-dir-failed', `${parent} is not a folder`, {
    advice: 'Give another --data-dir.',
  });
}

function cannotBump({ program, version, path: file }: RestoreTool, ofKubernetes: boolean): PipelineError {
  const why = ofKubernetes
    ? ' Without it, clients of Kubernetes would see time go backwards, and go on with what they have cached.'
    : '';
  return new PipelineError(
    'restore.etcdutl-too-old',
    `${program} ${version} (${file}) cannot bump the revision.${why}`,
    {
      advice:
        'Use etcdutl 3.5.10 or later (etcdctl 3.4.27 or later for etcd 3.4). To do without, give --bump-revision 0; ' +
        (ofKubernetes
          ? 'then restart every component that talks to the API server: controllers, schedulers, kubelets, operators.'
          : 'then restart every client that watches.'),
      context: { version },
    },
  );
}

function bumpNotes(summary: OpenedSnapshot['summary'], options: DataDirOptions, bump: number): string[] {
  const isTold = options.bumpRevision !== undefined || options.markCompacted !== undefined;
  if (summary.encoding === 'opaque' && !isTold) {
    return [
      'whether this is a Kubernetes cluster is not known, since the database did not decode: if it is, give ' +
        `--bump-revision ${KUBERNETES_BUMP}`,
    ];
  }
  if (isKubernetes(summary) && bump === 0) {
    return [
      'the revision is not bumped, as you say: restart everything that talks to the API server, or it goes on with what it has cached',
    ];
  }
  if (!isKubernetes(summary) || isTold) return [];
  return [
    `this is a Kubernetes cluster: its revision goes up by ${bump.toLocaleString('en')} and what was before is marked compacted, ` +
      'so that controllers and kubelets notice and list everything again (--bump-revision 0 leaves it; do so when a single ' +
      'member joins a cluster that still runs)',
  ];
}

/** Whoever restores one member after the other without naming them gets as many clusters. */
export function aloneWarnings(
  { etcd }: Pick<OpenedSnapshot['summary'], 'etcd'>,
  { initialCluster }: Pick<DataDirOptions, 'initialCluster'>,
): string[] {
  const voters = etcd.members.filter(({ learner }) => !learner).length;
  if (voters < 2 || initialCluster !== undefined) return [];
  return [
    `the cluster had ${voters} voting members, and this makes a new cluster of one: for more, name all of them with ` +
      '--initial-cluster and restore each from this same snapshot, or add them later with `etcdctl member add`',
  ];
}

/** Of an imported file the version that wrote it may be unknown. */
function writtenBy({ etcd }: OpenedSnapshot['summary']) {
  return minorOf(etcd.version) ?? minorOf(etcd.storageVersion);
}

function newerWarning(summary: OpenedSnapshot['summary'], { program, version }: RestoreTool): string[] {
  const source = writtenBy(summary);
  const own = minorOf(version)!;
  if (source === undefined || compareMinors(source, own) <= 0) return [];
  return [
    `the snapshot is of etcd ${minorText(source)}, newer than this ${program} (${version}), which may not understand ` +
      `all of it: etcdutl ${minorText(source)} is the one that fits`,
  ];
}

function olderNotes(summary: OpenedSnapshot['summary'], { program, version }: RestoreTool): string[] {
  const source = writtenBy(summary);
  const own = minorOf(version)!;
  if (source === undefined || compareMinors(source, own) >= 0) return [];
  return [
    `the snapshot is of etcd ${minorText(source)}, this ${program} is ${version}: start etcd ${minorText(own)} on the result, ` +
      `or restore with ${source.minor <= 4 ? 'etcdctl' : 'etcdutl'} ${minorText(source)} for etcd ${minorText(source)}`,
  ];
}

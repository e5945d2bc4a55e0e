import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../errors.ts';
import { compareMinors, minorOf } from './etcd-version.ts';
import { runTool } from './run-tool.ts';

/**
 * The program of etcd that makes a data directory from a snapshot file: etcdutl, or the etcdctl of 3.4, which
 * has no etcdutl beside it. (That of 3.5 can still do it; since 3.6 only etcdutl can.)
 */
export interface RestoreTool {
  readonly path: string;
  readonly program: 'etcdutl' | 'etcdctl';
  /** Such as 3.5.16. */
  readonly version: string;
  /** Whether it knows `--bump-revision` and `--mark-compacted`. */
  readonly canBumpRevision: boolean;
}

/** The first etcdctl that restores no more. */
const ETCDUTL_ONLY = { major: 3, minor: 6 };

/**
 * Finds the program and asks what it is.
 *
 * @param given a path or a name; without it, etcdutl is looked for on PATH, then etcdctl
 * @throws PipelineError `restore.no-etcdutl`, `restore.etcdutl-failed`
 */
export async function findRestoreTool(given: string | undefined, signal?: AbortSignal): Promise<RestoreTool> {
  if (given !== undefined) {
    const found = given.includes('/') ? path.resolve(given) : await onPath(given);
    if (found === undefined || !(await isProgram(found))) {
      throw noTool(`there is no program ${given}`);
    }
    return identify(found, signal);
  }
  const etcdutl = await onPath('etcdutl');
  if (etcdutl !== undefined) return identify(etcdutl, signal);
  const etcdctl = await onPath('etcdctl');
  if (etcdctl === undefined) throw noTool('there is no etcdutl on PATH');
  try {
    return await identify(etcdctl, signal);
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    throw noTool('there is no etcdutl on PATH, and the etcdctl there cannot restore', error);
  }
}

async function identify(file: string, signal: AbortSignal | undefined): Promise<RestoreTool> {
  const { stdout } = await runTool(file, ['version'], signal);
  const match = /^(etcdutl|etcdctl) version: (\S+)$/m.exec(stdout);
  if (match === null) throw noTool(`${file} does not say that it is etcdutl`);
  const program = match[1] as RestoreTool['program'];
  const version = match[2]!;
  const minor = minorOf(version);
  if (minor === undefined)
    throw noTool(`${file} says that it is version ${version}, which is none of etcd's`);
  if (program === 'etcdctl' && compareMinors(minor, ETCDUTL_ONLY) >= 0) {
    throw noTool(`${file} is etcdctl ${version}, which does not restore any more`);
  }
  const help = await runTool(file, ['snapshot', 'restore', '--help'], signal);
  return { path: file, program, version, canBumpRevision: help.stdout.includes('--bump-revision') };
}

async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    if (folder === '') continue;
    const file = path.join(folder, name);
    if (await isProgram(file)) return file;
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    // Not there, or not for us: the next one on PATH may be.
    return false;
  }
}

function noTool(message: string, cause?: unknown): PipelineError {
  return new PipelineError('restore.no-etcdutl', message, {
    advice: "Install etcdutl, or name it with --etcdutl; etcd's own image has it too.",
    cause,
  });
}

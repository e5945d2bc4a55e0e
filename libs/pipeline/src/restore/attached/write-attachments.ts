import { constants } from 'node:fs';
import { lstat, mkdir, open, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { PipelineError } from '../../errors.ts';
import { type AttachedFile } from './read-attachments.ts';

/**
 * Sees that nothing stands where attached files are to go: no file of their names, no link on the way.
 *
 * @throws PipelineError `restore.attachment-exists`, `restore.attachments-failed`
 */
export async function requireRoomFor(files: readonly AttachedFile[], folder: string): Promise<void> {
  const root = path.resolve(folder);
  for (const { name } of files) {
    const parts = name.split('/');
    for (let depth = 0; depth <= parts.length; depth++) {
      const at = path.join(root, ...parts.slice(0, depth));
      const found = await kindOf(at, depth === 0);
      if (found === 'nothing') break;
      if (depth === parts.length || found !== 'folder') {
        throw new PipelineError('restore.attachment-exists', `${at} exists already; it is not touched`, {
          advice: 'Give an empty folder with --attachments.',
        });
      }
    }
  }
}

/**
 * Writes attached files below a folder with the permissions that they had; folders are for their owner alone.
 * Never outside it, and never over anything; what fails takes back what it wrote.
 *
 * @returns the paths, in order
 * @throws PipelineError `restore.attachment-exists`, `restore.attachments-failed`
 */
export async function writeAttachments(files: readonly AttachedFile[], folder: string): Promise<string[]> {
  await requireRoomFor(files, folder);
  const root = path.resolve(folder);
  const made: { path: string; isFolder: boolean }[] = [];
  try {
    await makeFolder(root, made);
    for (const file of files) {
      const parts = file.name.split('/');
      for (let depth = 1; depth < parts.length; depth++) {
        await makeFolder(path.join(root, ...parts.slice(0, depth)), made);
      }
      await writeFile(path.join(root, ...parts), file, made);
    }
  } catch (error) {
    await takeBack(made);
    throw failed(root, error);
  }
  return made.filter(({ isFolder }) => !isFolder).map(({ path: file }) => file);
}

async function writeFile(
  file: string,
  { bytes, mode }: AttachedFile,
  made: { path: string; isFolder: boolean }[],
): Promise<void> {
  // O_EXCL follows no link in the last part of a path; the parts before were seen to be folders.
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  made.push({ path: file, isFolder: false });
  try {
    await handle.writeFile(bytes);
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function makeFolder(folder: string, made: { path: string; isFolder: boolean }[]): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
    made.push({ path: folder, isFolder: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw error;
  }
}

async function takeBack(made: readonly { path: string; isFolder: boolean }[]): Promise<void> {
  for (const { path: at, isFolder } of [...made].reverse()) {
    // What cannot be removed stays; the error that is on its way tells where.
    await (isFolder ? rmdir(at) : unlink(at)).catch(() => undefined);
  }
}

/** The folder itself may be a link to one; what is below it may not. */
async function kindOf(at: string, isRoot: boolean): Promise<'nothing' | 'folder' | 'else'> {
  try {
    const found = await lstat(isRoot ? `${at}/` : at);
    return found.isDirectory() ? 'folder' : 'else';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'nothing';
    throw failed(at, error);
  }
}

function failed(at: string, error: unknown): unknown {
  if (error instanceof PipelineError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  return new PipelineError(
    'restore.attachments-failed',
    `the attached files cannot be written to ${at} (${code})`,
    {
      advice: 'Check that the folder above exists, that you may write to it, and that there is space.',
      cause: error,
    },
  );
}

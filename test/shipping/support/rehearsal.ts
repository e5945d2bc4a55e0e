import { cp, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { run } from '@etcd-kloset/testing';
import { buildContext } from './build-context.ts';
import { copyOf, lineage, stages, type Step } from './dockerfile.ts';
import { inRepository } from './repository.ts';

/**
 * Carries out stages of the Dockerfile without a container engine: each stage is a folder, in which its steps run with the
 * Node of this process in place of the image's. Only for stages whose steps keep to their working folder: what they name
 * by an absolute path would be this machine's.
 */
export class Rehearsal {
  readonly #folder: string;
  readonly #done = new Map<string, Promise<string>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The root folder of a stage, carried out when it has not been yet. */
  stage(name: string): Promise<string> {
    const root = this.#done.get(name) ?? this.#carryOut(name);
    this.#done.set(name, root);
    return root;
  }

  async #carryOut(name: string): Promise<string> {
    const stage = stages().find((each) => each.name === name);
    if (stage === undefined) throw new Error(`the Dockerfile has no stage ${name}`);
    const root = path.join(this.#folder, name);
    await mkdir(root, { recursive: true });
    if (lineage(stage.base).length > 0) await cp(await this.stage(stage.base), root, copying);
    let working = workingFolderOf(stage.base);
    for (const step of stage.steps) {
      if (step.instruction === 'WORKDIR') working = step.argument;
      const here = path.join(root, working);
      await mkdir(here, { recursive: true });
      if (step.instruction === 'COPY') await this.#copy(step, root, here);
      if (step.instruction === 'RUN') await runHere(step.argument, here);
      if (!['WORKDIR', 'COPY', 'RUN'].includes(step.instruction))
        throw new Error(`cannot rehearse ${step.instruction}`);
    }
    return root;
  }

  async #copy(step: Step, root: string, here: string): Promise<void> {
    const { from, sources, target } = copyOf(step);
    const into = target.startsWith('/') ? path.join(root, target) : path.join(here, target);
    for (const source of sources) {
      if (from === undefined) await copyFromContext(source, into, target.endsWith('/'));
      // A folder's content is copied, not the folder.
      else await cp(path.join(await this.stage(from), source), into, copying);
    }
  }
}

const copying = { recursive: true, verbatimSymlinks: true } as const;

function workingFolderOf(stage: string): string {
  const steps = lineage(stage).flatMap((each) => each.steps);
  return steps.findLast(({ instruction }) => instruction === 'WORKDIR')?.argument ?? '/';
}

async function copyFromContext(source: string, into: string, isFolder: boolean): Promise<void> {
  for (const file of buildContext()) {
    if (file === source) {
      await cp(inRepository(file), isFolder ? path.join(into, path.basename(file)) : into);
    } else if (source === '.' || file.startsWith(`${source}/`)) {
      await cp(inRepository(file), path.join(into, path.relative(source, file)));
    }
  }
}

/** As the builder does: with a shell, and little of this process's environment. */
async function runHere(command: string, cwd: string): Promise<void> {
  if (/(^|[\s='"])\/(?!dev\/null)/.test(command.replaceAll(/-path '[^']*'/g, ''))) {
    throw new Error(`names an absolute path, which would be this machine's: ${command}`);
  }
  // Not the packages of the repository, which npm puts on the PATH of its scripts.
  const folders = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  const env = {
    ...Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/^(npm_(?!config_)|JEST_|NODE_(ENV|OPTIONS)$)/.test(name),
      ),
    ),
    PATH: [path.dirname(process.execPath), ...folders].join(path.delimiter),
  };
  await run('/bin/sh', ['-c', command], { cwd, env });
}

/** All files below a folder, by their paths in it. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../run.ts';
import { buildOnce } from './cache-folder.ts';
import { unpackDebianPackages } from './debian-packages.ts';
import { seesLibraries, wrapPrograms, WRAPPERS } from './wrap-programs.ts';
import { buildGoPrograms, goModuleFingerprint } from './go-programs.ts';
import { installPipPrograms, pipFingerprint } from './pip-programs.ts';
import { type ToolName, type ToolRow, type ToolSource, TOOLS } from './tool-table.ts';
import { ToolUnavailableError } from './tool-unavailable.ts';

export interface ProvidedTool {
  /** Absolute path of each program of the tool's row. */
  readonly programs: Readonly<Record<string, string>>;
  /** Where it comes from, in a few words. */
  readonly origin: string;
}

/** Told one line about each thing that is looked for, fetched or built. */
export type Say = (line: string) => void;

/**
 * Finds or fetches a tool by the sources of its row, in their order. Nothing is installed on the machine:
 * what is fetched lives in the cache folder (see cache-folder.ts). Rejects with {@link ToolUnavailableError} when no source works.
 */
export async function provideTool(name: ToolName, say: Say = () => undefined): Promise<ProvidedTool> {
  const row: ToolRow = TOOLS[name];
  const failures: unknown[] = [];
  for (const source of row.sources) {
    try {
      const provided = await fromSource(name, row, source, say);
      if (provided === undefined) continue;
      say(`${name}: ${provided.origin}`);
      return provided;
    } catch (error) {
      failures.push(error);
    }
  }
  const reasons = failures.map((error) => (error instanceof Error ? error.message : String(error)));
  throw new ToolUnavailableError(
    `${name} cannot be had on this machine. ${row.howToGetIt}${reasons.map((reason) => `\n  ${reason}`).join('')}`,
    new AggregateError(failures),
  );
}

async function fromSource(
  name: ToolName,
  row: ToolRow,
  source: ToolSource,
  say: Say,
): Promise<ProvidedTool | undefined> {
  switch (source.kind) {
    case 'path':
      return fromPath(row, source.version);
    case 'debian': {
      const folder = await buildOnce(`${name}-debian-${source.suite}-${process.arch}`, async (unfinished) => {
        say(`${name}: downloading ${source.packages.join(' and ')} of Debian ${source.suite}`);
        await unpackDebianPackages(unfinished, source.suite, [
          ...source.packages,
          ...(source.libraries ?? []),
        ]);
        if (source.libraries !== undefined) await wrapPrograms(unfinished, row.programs);
      });
      const bin = source.libraries === undefined ? ['usr', 'bin'] : [WRAPPERS];
      const provided = await fromFolder(
        path.join(folder, ...bin),
        row,
        `Debian ${source.suite}, in ${folder}`,
      );
      if (source.libraries !== undefined) await seesLibraries(provided);
      return provided;
    }
    case 'go': {
      const pinned = await goModuleFingerprint(source.folder);
      const folder = await buildOnce(`${name}-go-${pinned}-${process.arch}`, async (unfinished) => {
        say(`${name}: building with Go, which takes up to some minutes`);
        await buildGoPrograms(unfinished, source.folder, source.packages);
      });
      return fromFolder(path.join(folder, 'bin'), row, `built with Go, in ${folder}`);
    }
    case 'pip': {
      const pinned = await pipFingerprint(source.requirements);
      const folder = await buildOnce(`${name}-pip-${pinned}-${process.arch}`, async (unfinished) => {
        say(`${name}: installing Python packages`);
        await installPipPrograms(unfinished, source.requirements, source.modules);
      });
      return fromFolder(path.join(folder, 'bin'), row, `installed with pip, in ${folder}`);
    }
  }
}

async function fromPath(
  row: ToolRow,
  version: { readonly args: string[]; readonly says: RegExp } | undefined,
): Promise<ProvidedTool | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    const provided = await fromFolder(folder, row, `found on PATH, in ${folder}`).catch(() => undefined);
    if (provided === undefined) continue;
    if (version === undefined) return provided;
    const main = provided.programs[row.programs[0]!]!;
    const { stdout } = await run(main, version.args);
    if (version.says.test(stdout)) return provided;
  }
  return undefined;
}

async function fromFolder(folder: string, row: ToolRow, origin: string): Promise<ProvidedTool> {
  const programs: Record<string, string> = {};
  for (const name of row.programs) {
    const program = path.join(folder, name);
    await access(program, constants.X_OK);
    programs[name] = program;
  }
  return { programs, origin };
}

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../run.ts';
import {
  archiveOfSuite,
  type AptStanza,
  debianArchive,
  parseDeb822,
  parseOneLineList,
} from './apt-sources.ts';
import { ToolUnavailableError } from './tool-unavailable.ts';

/**
 * Downloads packages of a Debian suite and unpacks them into `folder`, which then looks like the root
 * of a file system. The machine's mirror, keys and proxies are used; nothing on the machine changes:
 * apt gets an empty state of its own below `folder`, and no package is installed or configured.
 */
export async function unpackDebianPackages(
  folder: string,
  suite: string,
  packages: readonly string[],
): Promise<void> {
  const apt = path.join(folder, '.apt');
  const env = await privateApt(apt, suite);
  await run('apt-get', ['-q', 'update'], { env });
  const downloads = path.join(apt, 'downloads');
  await run('apt-get', ['-q', 'download', ...packages], { env, cwd: downloads });
  for (const file of await readdir(downloads)) {
    await run('dpkg-deb', ['-x', path.join(downloads, file), folder]);
  }
  await rm(apt, { recursive: true });
}

/** Lays out a state and a configuration that are read instead of the machine's; returns the environment. */
async function privateApt(apt: string, suite: string): Promise<NodeJS.ProcessEnv> {
  const archive = debianArchive(await machineSources('/etc/apt'));
  if (archive === undefined) {
    throw new ToolUnavailableError('this machine has no Debian archive among its apt sources');
  }
  for (const folder of ['lists/partial', 'cache/archives/partial', 'downloads', 'empty']) {
    await mkdir(path.join(apt, folder), { recursive: true });
  }
  await writeFile(path.join(apt, 'suite.sources'), archiveOfSuite(archive, suite));
  await writeFile(path.join(apt, 'status'), '');
  await writeFile(path.join(apt, 'apt.conf'), await privateConfiguration(apt));
  return { ...process.env, APT_CONFIG: path.join(apt, 'apt.conf'), LC_ALL: 'C' };
}

async function privateConfiguration(apt: string): Promise<string> {
  const { stdout } = await run('apt-config', ['dump']);
  // Proxies, time limits and the like are this machine's and stay; hooks and package hints do not.
  const kept = stdout
    .split('\n')
    .filter((line) => /^Acquire::/.test(line) && !/^Acquire::(IndexTargets|Languages)\b/.test(line));
  return [
    ...kept,
    'Acquire::Languages "none";',
    'Dir::Etc::main "/dev/null";',
    `Dir::Etc::parts "${apt}/empty";`,
    'Dir::Etc::preferences "/dev/null";',
    `Dir::Etc::preferencesparts "${apt}/empty";`,
    `Dir::Etc::sourcelist "${apt}/suite.sources";`,
    `Dir::Etc::sourceparts "${apt}/empty";`,
    `Dir::State::lists "${apt}/lists";`,
    `Dir::State::status "${apt}/status";`,
    `Dir::Cache "${apt}/cache";`,
    // The separate download user could not reach a folder below somebody's home.
    'APT::Sandbox::User "root";',
    '',
  ].join('\n');
}

async function machineSources(etc: string): Promise<AptStanza[]> {
  const stanzas = parseOneLineList(await readIfThere(path.join(etc, 'sources.list')));
  const parts = path.join(etc, 'sources.list.d');
  for (const name of (await readdir(parts).catch(() => [])).sort()) {
    const text = await readIfThere(path.join(parts, name));
    if (name.endsWith('.sources')) stanzas.push(...parseDeb822(text));
    if (name.endsWith('.list')) stanzas.push(...parseOneLineList(text));
  }
  return stanzas;
}

/** A machine has one of the two formats or both; a file that is missing or private is no source. */
function readIfThere(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

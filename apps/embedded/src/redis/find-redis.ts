import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedError } from '../errors.ts';

/** Names the program where it is not on PATH. */
export const REDIS_SERVER_VARIABLE = 'ETCD_KLOSET_REDIS_SERVER';
/** Valkey is the same program under its other name. */
const NAMES = ['redis-server', 'valkey-server'];

/** The program to run. @throws EmbeddedError `start.no-redis` */
export async function findRedisServer(env: NodeJS.ProcessEnv): Promise<string> {
  const named = env[REDIS_SERVER_VARIABLE];
  if (named !== undefined && named !== '') {
    if (await isProgram(named)) return named;
    throw new EmbeddedError('start.no-redis', `${REDIS_SERVER_VARIABLE} names no program: ${named}.`, {
      advice: 'Give the path of redis-server.',
    });
  }
  for (const folder of (env['PATH'] ?? '').split(path.delimiter)) {
    for (const name of NAMES) {
      const program = path.join(folder, name);
      if (path.isAbsolute(folder) && (await isProgram(program))) return program;
    }
  }
  throw new EmbeddedError(
    'start.no-redis',
    'There is no redis-server on this machine, and REDIS_URL names none elsewhere.',
    {
      advice:
        'Install it (Debian and Ubuntu: apt install redis-server; Fedora: dnf install valkey; macOS: brew install redis), ' +
        `name the program in ${REDIS_SERVER_VARIABLE}, or set REDIS_URL to a Redis that runs.`,
    },
  );
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { loadConfiguration } from '../config/load-configuration.ts';
import { parseArguments, usage } from './arguments.ts';
import { type ServiceName } from './boot.ts';
import { createBoot } from './create-boot.ts';
import { failureText } from './failure-text.ts';
import { guardProcess } from './guard-process.ts';
import { type ApplicationFactory, type ModuleFactory, startService } from './start-service.ts';
import { whenAborted } from './stop.ts';
import { tellBeginning } from './tell-beginning.ts';
import { UsageError } from './usage-error.ts';

export interface RunOptions {
  /** Without the program's name. Default: the process's. */
  readonly argv?: readonly string[];
  /** Default: the process's. */
  readonly env?: NodeJS.ProcessEnv;
  readonly createApplication?: ApplicationFactory;
  /** As of {@link guardProcess}. */
  readonly graceMs?: number;
}

/**
 * Runs a service until the process is asked to end, and ends the process: with 0 after SIGTERM or SIGINT, with 2 when
 * it was called wrongly, with 1 for all else. An error that nobody expected ends it at once: what it was doing is
 * done again elsewhere, which cannot be said of a process in a state that nobody knows.
 */
export async function runService(
  service: ServiceName,
  moduleFactory: ModuleFactory,
  options: RunOptions = {},
): Promise<never> {
  try {
    return process.exit(await run(service, moduleFactory, options));
  } catch (error) {
    process.stderr.write(`${service}: ${failure(error)}\n`);
    return process.exit(error instanceof UsageError ? 2 : 1);
  }
}

async function run(service: ServiceName, moduleFactory: ModuleFactory, options: RunOptions): Promise<number> {
  const { argv = process.argv.slice(2), env = process.env, createApplication, graceMs } = options;
  const { config: file, help } = parseArguments(argv);
  if (help) {
    process.stdout.write(usage(service));
    return 0;
  }
  const boot = await createBoot({ service, config: loadConfiguration(file, env), env });
  guardProcess(boot, graceMs);
  const running = await startService(boot, moduleFactory, createApplication);
  if (running.app !== undefined) tellBeginning(boot);
  await whenAborted(boot.stop.asked);
  await running.stop();
  boot.log.info('Ended.');
  return 0;
}

function failure(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\nCall it with --help.`;
  return failureText(error);
}

import { type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { type Boot } from './boot.ts';

/** A service package's module, made of what the process has. */
export type ModuleFactory = (boot: Boot) => DynamicModule;

/** Makes the Nest application and starts it to listen, if it listens. Default: a context without HTTP. */
export type ApplicationFactory = (module: DynamicModule, boot: Boot) => Promise<INestApplicationContext>;

export interface RunOptions {
  /** Without the program's name. Default: the process's. `--config FILE` is understood. */
  readonly argv?: readonly string[];
  /** Default: the process's. */
  readonly env?: NodeJS.ProcessEnv;
  readonly createApplication?: ApplicationFactory;
}

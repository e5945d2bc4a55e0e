export { type Boot, SERVICE_NAMES, type ServiceName } from './boot.ts';
export { createBoot, type CreateBootOptions } from './create-boot.ts';
export { failureText } from './failure-text.ts';
export { guardProcess } from './guard-process.ts';
export { type RunOptions, runService } from './run-service.ts';
export {
  type ApplicationFactory,
  type ModuleFactory,
  type RunningService,
  startService,
} from './start-service.ts';
export { createStop, type Stop, whenAborted } from './stop.ts';
export { tellBeginning } from './tell-beginning.ts';
export { together } from './together.ts';
export { UsageError } from './usage-error.ts';

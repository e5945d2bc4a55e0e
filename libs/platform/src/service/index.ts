export { type Boot, type ServiceName, type Stop } from './boot.ts';
export { type ApplicationFactory, type ModuleFactory, type RunOptions } from './run-service.ts';

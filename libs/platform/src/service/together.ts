import { type ModuleFactory } from './start-service.ts';

/** Several services in one process: one module that has those of all. */
export function together(...factories: readonly ModuleFactory[]): ModuleFactory {
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- Nest knows a module by its class
  return (boot) => ({ module: class Together {}, imports: factories.map((factory) => factory(boot)) });
}

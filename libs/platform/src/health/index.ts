export { type CheckDetails, type CheckOptions, type CheckReport, type HealthCheck } from './check.ts';
export {
  createHealthRegistry,
  type HealthRegistry,
  type HealthReport,
  type ReadinessOptions,
} from './health-registry.ts';
export { type OpsAnswer, opsAnswer, type OpsServer, startOpsServer } from './ops-server.ts';

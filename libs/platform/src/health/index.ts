export {
  type CheckDetails,
  type CheckOptions,
  type CheckReport,
  createHealthRegistry,
  type HealthCheck,
  type HealthRegistry,
  type HealthReport,
  type ReadinessOptions,
} from './health-registry.ts';

export { type ApiKeys } from './auth/api-keys.ts';
export { type Principal, type Role, ROLES } from './auth/principal.ts';
export {
  type ClusterAuth,
  type ClusterDefinition,
  type ClusterSchedule,
  type ClusterTls,
  PROOF_SCOPES,
  type ProofScope,
} from './config/cluster-definition.ts';
export * from './config/configuration.ts';
export { clusterDefinitionSchema, type ClusterDefinitionInput } from './config/definition-schema.ts';
export { PlatformError, type PlatformErrorCode, type Problem } from './errors.ts';
export {
  type ClusterRegistry,
  type Expected,
  type RegisteredCluster,
  type RegistryProblem,
} from './registry/cluster-registry.ts';
export { type OpenedStore, type StoreHealth, type StoreNeed, type StorePool } from './stores/store-pool.ts';
export * from './health/index.ts';
export * from './logs/index.ts';
export * from './service/index.ts';
export * from './telemetry/index.ts';

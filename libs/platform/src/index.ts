export { hashApiKey, newApiKey, type NewApiKey } from './auth/api-key.ts';
export { apiKeys, type ApiKeys } from './auth/api-keys.ts';
export { authorize, hasLabels, hasRole, mayCluster } from './auth/authorize.ts';
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
export {
  clusterDefinitionSchema,
  type ClusterDefinitionInput,
  labelsSchema,
} from './config/definition-schema.ts';
export { describeConfiguration } from './config/describe-configuration.ts';
export { configurationJsonSchema } from './config/json-schema.ts';
export {
  configurationFrom,
  type ConfigurationFromOptions,
  loadConfiguration,
} from './config/load-configuration.ts';
export { type ConfigurationInput } from './config/schema/file-schema.ts';
export { PlatformError, type PlatformErrorCode, type Problem } from './errors.ts';
export {
  type ClusterRegistry,
  type ClusterRegistryOptions,
  createClusterRegistry,
  type Expected,
  type RegisteredCluster,
  type RegistryProblem,
} from './registry/cluster-registry.ts';
export { definitionInput } from './registry/parse-definition.ts';
export { connectionOf, type ConnectionOptions } from './registry/connection-of.ts';
export { type StoreOperation, type StoreRequest } from './stores/observed-storage.ts';
export {
  createStorePool,
  type OpenedStore,
  type StoreHealth,
  type StoreNeed,
  type StorePool,
  type StorePoolOptions,
} from './stores/store-pool.ts';
export * from './health/index.ts';
export * from './logs/index.ts';
export * from './service/index.ts';
export * from './telemetry/index.ts';
export * from './workers/index.ts';

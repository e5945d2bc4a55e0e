import {
  defaultResource,
  detectResources,
  hostDetector,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';

/** Who sends: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` count for more than our own name. */
export function resourceOf(service: string): Resource {
  return defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': `etcd-kloset-${service}`,
        'service.namespace': 'etcd-kloset',
      }),
    )
    .merge(
      detectResources({
        detectors: [
          hostDetector,
          serviceInstanceIdDetector,
          resourceAttributesEnvDetector,
          serviceNameEnvDetector,
        ],
      }),
    );
}

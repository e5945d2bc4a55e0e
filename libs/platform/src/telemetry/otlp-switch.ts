type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether traces or metrics are sent, by OpenTelemetry's standard variables: yes when an endpoint or an exporter is
 * named. The standard's own default, an endpoint on this host, would fill the log of everybody who has none.
 */
export function isSent(signal: 'traces' | 'metrics', env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return false;
  const upper = signal.toUpperCase();
  const exporter = env[`OTEL_${upper}_EXPORTER`]?.trim();
  if (exporter === 'none') return false;
  return (
    isSet(exporter) ||
    isSet(env.OTEL_EXPORTER_OTLP_ENDPOINT) ||
    isSet(env[`OTEL_EXPORTER_OTLP_${upper}_ENDPOINT`])
  );
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== '';
}

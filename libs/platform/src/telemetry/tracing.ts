import { context, diag, DiagLogLevel, propagation, trace } from '@opentelemetry/api';
import { type Logger } from '../logs/logger.ts';
import { isSent } from './otlp-switch.ts';
import { resourceOf } from './resource.ts';

/** OpenTelemetry is one for the process: whoever starts it while it runs shares it. */
let running: { readonly users: Set<symbol>; readonly stop: () => Promise<void> } | undefined;

/**
 * Starts to send traces if the environment says so (`OTEL_…`; the exporters read them from the process's own).
 *
 * @returns what ends it, and sends what has not been sent; undefined when nothing is traced.
 */
export async function startTracing(
  service: string,
  env: NodeJS.ProcessEnv,
  log: Logger,
): Promise<(() => Promise<void>) | undefined> {
  if (!isSent('traces', env)) return undefined;
  running ??= { users: new Set(), stop: await startSdk(service, log) };
  const { users, stop } = running;
  const user = Symbol(service);
  users.add(user);
  return async () => {
    if (!users.delete(user) || users.size > 0) return;
    running = undefined;
    await stop();
  };
}

async function startSdk(service: string, log: Logger): Promise<() => Promise<void>> {
  // It takes a while to load, and most run without.
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const sdk = new NodeSDK({
    resource: resourceOf(service),
    autoDetectResources: false,
    // Metrics and logs go their own way.
    metricReaders: [],
    logRecordProcessors: [],
  });
  diag.setLogger(diagnostics(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  sdk.start();
  return async () => {
    await sdk.shutdown();
    trace.disable();
    propagation.disable();
    context.disable();
    diag.disable();
  };
}

const REPEAT_MS = 60_000;

/** What OpenTelemetry complains about, such as a collector that is away: once a minute each. */
function diagnostics(log: Logger): Parameters<typeof diag.setLogger>[0] {
  const said = new Map<string, number>();
  const warn = (message: string, ...more: unknown[]): void => {
    const now = Date.now();
    if (now - (said.get(message) ?? 0) < REPEAT_MS) return;
    if (said.size > 100) said.clear();
    said.set(message, now);
    log.warn('OpenTelemetry reports a problem.', { problem: message, details: more });
  };
  const quiet = (): void => undefined;
  return { error: warn, warn, info: quiet, debug: quiet, verbose: quiet };
}

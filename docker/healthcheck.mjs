/**
 * Asks a service on its operations port whether it lives; the exit code is the answer. For container engines: in
 * Kubernetes the probes ask the same port themselves.
 *
 *   node healthcheck.mjs [PATH, /healthz when absent]
 */
const port = process.env.ETCD_KLOSET_OPS_PORT || '9464';
const path = process.argv[2] ?? '/healthz';

try {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(4_000) });
  // What is wrong stands in the answer; the engine keeps it with the state of the container.
  process.stdout.write(`${response.status} ${await response.text()}\n`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  process.stdout.write(`no answer on port ${port}: ${reason}\n`);
  process.exitCode = 1;
}

/**
 * Writes the alerts of observability/alerts.yaml as the PrometheusRule that Kubernetes takes: kustomize cannot put one
 * file into another.
 *
 *   node tools/prometheus-rule.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';

const root = path.resolve(import.meta.dirname, '..');
export const ALERTS = path.join(root, 'observability/alerts.yaml');
export const PROMETHEUS_RULE = path.join(root, 'k8s/overlays/monitoring/prometheus-rule.yaml');

export function prometheusRule(alerts: string): string {
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'etcd-kloset' },
    spec: parse(alerts) as unknown,
  };
  return `# Written by tools/prometheus-rule.ts from observability/alerts.yaml: change that one.\n${stringify(object, { lineWidth: 0, singleQuote: true })}`;
}

if (import.meta.main) writeFileSync(PROMETHEUS_RULE, prometheusRule(readFileSync(ALERTS, 'utf8')));

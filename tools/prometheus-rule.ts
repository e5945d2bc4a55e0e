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
const alerts = readFileSync(path.join(root, 'observability/alerts.yaml'), 'utf8');

const rule = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'etcd-kloset' },
  spec: parse(alerts) as unknown,
};
writeFileSync(
  path.join(root, 'k8s/overlays/monitoring/prometheus-rule.yaml'),
  '# Written by tools/prometheus-rule.ts from observability/alerts.yaml: change that one.\n' +
    stringify(rule, { lineWidth: 0, singleQuote: true }),
);

import { describeWith, provideTool, run } from '@etcd-kloset/testing';
import { parse } from 'yaml';
import { inRepository, text } from './support/repository.ts';
import { parseExpression, unknownNames } from './support/promql.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}
interface RuleTest {
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

const { groups } = parse(text('observability/alerts.yaml')) as { groups: { name: string; rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const { tests } = parse(text('observability/alerts.test.yaml')) as { tests: RuleTest[] };

describe('the alerts', () => {
  it.each(rules)('$alert asks only for what services tell', ({ expr }) => {
    expect(unknownNames(expr)).toEqual([]);
    expect(parseExpression(expr).selected.length).toBeGreaterThan(0);
  });

  it.each(rules)(
    '$alert says how bad it is, what is wrong and where to read on',
    ({ labels, annotations }) => {
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(Object.keys(annotations).sort()).toEqual(['description', 'runbook', 'summary']);
    },
  );

  it.each(rules)('$alert names only labels that it has', ({ expr, annotations }) => {
    const { selected, grouping } = parseExpression(expr);
    const has = [
      ...grouping,
      ...selected.flatMap(({ metric, labels }) => (metric === 'up' ? ['job', 'instance'] : labels)),
    ];
    const named = Object.values(annotations).flatMap((annotation) =>
      [...annotation.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!),
    );
    expect(named.filter((label) => !has.includes(label))).toEqual([]);
  });

  it('are each tested, when they fire and when they do not', () => {
    const asked = tests.flatMap((test) => test.alert_rule_test);
    const firing = new Set(
      asked.filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname),
    );
    expect(firing).toEqual(new Set(rules.map(({ alert }) => alert)));
  });

  it('are the same in the rule for the Prometheus Operator: npx node tools/prometheus-rule.ts writes it', () => {
    const { spec } = parse(text('k8s/overlays/monitoring/prometheus-rule.yaml')) as { spec: unknown };
    expect(spec).toEqual(parse(text('observability/alerts.yaml')));
  });
});

await describeWith(provideTool('promtool'), 'promtool', ({ programs }) => {
  const promtool = programs['promtool']!;
  const cwd = inRepository('observability');

  it('finds no fault in the rules', async () => {
    await run(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', 'alerts.yaml'], { cwd });
  });

  it('sees each alert fire when it should, and only then', async () => {
    await run(promtool, ['test', 'rules', 'alerts.test.yaml'], { cwd });
  });
});

describe('the check of expressions', () => {
  it('finds a metric and a label that nobody tells, and what is no PromQL', () => {
    expect(unknownNames('sum by (stor) (kloset_queue_depth{queue="x"}) > up{cluster="y"}')).toEqual([
      'kloset_queue_depth',
      'kloset_queue_depth{queue}',
      'up{cluster}',
      'stor',
    ]);
    expect(unknownNames('rate(kloset_job_wait_seconds[5m])')).toEqual(['kloset_job_wait_seconds']);
    expect(unknownNames('sum by (le) (rate(kloset_job_wait_seconds_bucket{queue="x"}[5m]))')).toEqual([]);
    expect(() => parseExpression('sum by (x (up)')).toThrow(/not PromQL/);
  });
});

import { METRICS } from '@etcd-kloset/platform';
import { parseExpression, unknownNames } from './support/promql.ts';
import { text } from './support/repository.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat: string;
  }[];
}
interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const written = text('observability/dashboard.json');
const dashboard = JSON.parse(written) as Dashboard;
const { panels } = dashboard;
const targets = panels.flatMap(({ title, targets: all = [] }) => all.map((target) => ({ title, ...target })));

describe('the dashboard', () => {
  it('has an id that links can name, and panels that have one each', () => {
    expect(dashboard).toMatchObject({ uid: 'etcd-kloset', title: 'etcd-kloset' });
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it.each(targets)('asks for what services tell, in $title: $expr', ({ expr }) => {
    expect(unknownNames(withoutVariables(expr))).toEqual([]);
  });

  it.each(targets)('labels lines with what they have, in $title: $legendFormat', ({ expr, legendFormat }) => {
    const { grouping } = parseExpression(withoutVariables(expr));
    const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
    expect(named.filter((label) => !grouping.includes(label))).toEqual([]);
  });

  it('says of each panel what it shows, and lets none cover another', () => {
    const shown = panels.filter(({ type }) => type !== 'row');
    expect(shown.filter(({ description = '' }) => description === '')).toEqual([]);
    for (const [index, { gridPos: a, title }] of panels.entries()) {
      expect(a.x + a.w).toBeLessThanOrEqual(24);
      for (const { gridPos: b, title: other } of panels.slice(index + 1)) {
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        expect(apart ? [] : [title, other]).toEqual([]);
      }
    }
  });

  it('shows every metric of backups, queues, staging, stores and the API', () => {
    const shown = new Set(
      targets.flatMap(({ expr }) =>
        parseExpression(withoutVariables(expr)).selected.map(({ metric }) => metric),
      ),
    );
    const missing = Object.values(METRICS)
      .filter(({ name }) => name.startsWith('kloset_'))
      .filter(({ name, kind }) => !shown.has(kind === 'histogram' ? `${name}_bucket` : name));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('names variables that it has', () => {
    const has = dashboard.templating.list.map(({ name }) => name);
    const named = [...written.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!);
    expect([...new Set(named)].filter((name) => !name.startsWith('__') && !has.includes(name))).toEqual([]);
  });
});

/** As Grafana fills them in. */
function withoutVariables(expr: string): string {
  return expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$\w+/g, '.*');
}

import { parser } from '@prometheus-io/lezer-promql';
import { METRICS } from '@etcd-kloset/platform';

/** A series that an expression reads, with the labels that it is chosen by. */
export interface Selected {
  readonly metric: string;
  readonly labels: readonly string[];
}

export interface Expression {
  readonly selected: readonly Selected[];
  /** Labels that it groups by or joins on. */
  readonly grouping: readonly string[];
}

/** @throws Error where the text is no PromQL */
export function parseExpression(text: string): Expression {
  const tree = parser.parse(text);
  const selected: { metric: string; labels: string[] }[] = [];
  const grouping: string[] = [];
  tree.iterate({
    enter: ({ type, from, to, node }) => {
      const here = (): string => text.slice(from, to);
      if (type.isError) throw new Error(`not PromQL at ${from}: ${text.slice(from, from + 30)}`);
      if (type.name === 'VectorSelector') {
        const name = node.getChild('Identifier');
        selected.push({ metric: name === null ? '' : text.slice(name.from, name.to), labels: [] });
      } else if (type.name === 'LabelName') {
        const inMatcher = node.parent?.name.includes('Matcher') === true;
        (inMatcher ? selected.at(-1)!.labels : grouping).push(here());
      }
    },
  });
  return { selected, grouping };
}

/** Labels that Prometheus itself puts on every series. */
const OF_TARGETS = ['job', 'instance', 'namespace', 'pod', 'service'];

/** What of an expression no service tells: metrics and labels that are in no table of ours. */
export function unknownNames(text: string): string[] {
  const { selected, grouping } = parseExpression(text);
  const known = selected.map(({ metric, labels }) => ({ metric, labels, has: labelsOf(metric) }));
  const all = new Set([...OF_TARGETS, ...known.flatMap(({ has }) => has ?? [])]);
  // label_replace and the like make labels of their own.
  for (const [, made] of text.matchAll(/label_(?:replace|join)\([\s\S]*?,\s*"(\w+)",/g)) all.add(made!);
  return [
    ...known.filter(({ has }) => has === undefined).map(({ metric }) => metric),
    ...known.flatMap(({ metric, labels, has = [] }) =>
      labels
        .filter((label) => ![...has, ...OF_TARGETS].includes(label))
        .map((label) => `${metric}{${label}}`),
    ),
    ...grouping.filter((label) => !all.has(label)),
  ];
}

function labelsOf(metric: string): readonly string[] | undefined {
  if (metric === 'up') return OF_TARGETS;
  for (const { name, kind, labels } of Object.values(METRICS)) {
    if (kind !== 'histogram' && metric === name) return labels;
    if (kind === 'histogram' && metric === `${name}_bucket`) return [...labels, 'le'];
    if (kind === 'histogram' && [`${name}_sum`, `${name}_count`].includes(metric)) return labels;
  }
  return undefined;
}

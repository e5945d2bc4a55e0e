import { backupsQueue, CHUNKS_QUEUE, DESTINATION_KINDS, putsQueue } from '@etcd-kloset/jobs';
import { describeWith } from '@etcd-kloset/testing';
import { parse } from 'yaml';
import { type KubeObject } from './support/kube-object.ts';
import { buildAll } from './support/kustomize.ts';
import { parseExpression, unknownNames } from './support/promql.ts';
import { text } from './support/repository.ts';

/** Whose work lies in which queues. */
const QUEUES: Readonly<Record<string, readonly string[]>> = {
  'snapshot-worker': ['main', 'far-away'].map(backupsQueue),
  'chunk-worker': [CHUNKS_QUEUE],
  'storage-writer': DESTINATION_KINDS.map((kind) => putsQueue({ kind, store: 'main' })),
};

interface ScaledObjectSpec {
  readonly scaleTargetRef: { readonly name: string };
  readonly minReplicaCount: number;
  readonly maxReplicaCount: number;
  readonly triggers: readonly [{ readonly metadata: { readonly query: string; readonly threshold: string } }];
}
interface AutoscalerSpec {
  readonly scaleTargetRef: { readonly name: string };
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metrics: readonly [
    {
      readonly external: {
        readonly metric: {
          readonly name: string;
          readonly selector: { readonly matchLabels: { readonly kind: string } };
        };
        readonly target: { readonly averageValue: string };
      };
    },
  ];
}

await describeWith(buildAll(), 'autoscaling', (kustomizations) => {
  const of = <Spec>(kind: string): Spec[] =>
    kustomizations
      // It has what the overlay has that it begins with.
      .filter(({ name }) => name !== 'example')
      .flatMap(({ objects }): readonly KubeObject[] => objects)
      .filter((object) => object.kind === kind)
      .map(({ spec }) => spec as unknown as Spec);
  const scaled = of<ScaledObjectSpec>('ScaledObject');
  const autoscalers = of<AutoscalerSpec>('HorizontalPodAutoscaler');
  const [rule] = (
    parse(text('k8s/components/hpa/adapter-rule.yaml')) as {
      externalRules: [{ metricsQuery: string; name: { as: string } }];
    }
  ).externalRules;

  it('is of every worker, with KEDA and without', () => {
    for (const each of [scaled, autoscalers]) {
      expect(each.map(({ scaleTargetRef }) => scaleTargetRef.name).sort()).toEqual(
        Object.keys(QUEUES).sort(),
      );
    }
  });

  it.each(scaled)(
    'of $scaleTargetRef.name looks at its own queues',
    ({ scaleTargetRef: { name }, triggers }) => {
      const { query } = triggers[0].metadata;
      expect(unknownNames(query)).toEqual([]);
      expect(parseExpression(query).selected.map(({ metric }) => metric)).toEqual(['kloset_queue_jobs']);
      // In PromQL's strings a backslash is written twice.
      const pattern = new RegExp(`^(?:${/queue=~"([^"]+)"/.exec(query)![1]!.replaceAll('\\\\', '\\')})$`);
      const others = Object.entries(QUEUES).filter(([worker]) => worker !== name);
      expect(QUEUES[name]!.filter((queue) => !pattern.test(queue))).toEqual([]);
      expect(others.flatMap(([, queues]) => queues).filter((queue) => pattern.test(queue))).toEqual([]);
    },
  );

  it('without KEDA asks for what the rule for the adapter makes', () => {
    expect(unknownNames(rule.metricsQuery)).toEqual([]);
    const kindOf = (queue: string): string => queue.replace(/^([^.]+).*$/, '$1');
    for (const { scaleTargetRef, metrics } of autoscalers) {
      const { metric } = metrics[0].external;
      expect(metric.name).toBe(rule.name.as);
      expect(new Set(QUEUES[scaleTargetRef.name]!.map(kindOf))).toEqual(
        new Set([metric.selector.matchLabels.kind]),
      );
    }
  });

  it('is the same with KEDA and without', () => {
    const limits = scaled.map(({ scaleTargetRef, minReplicaCount, maxReplicaCount, triggers }) => ({
      name: scaleTargetRef.name,
      from: minReplicaCount,
      to: maxReplicaCount,
      each: triggers[0].metadata.threshold,
    }));
    expect(
      autoscalers.map(({ scaleTargetRef, minReplicas, maxReplicas, metrics }) => ({
        name: scaleTargetRef.name,
        from: minReplicas,
        to: maxReplicas,
        each: metrics[0].external.target.averageValue,
      })),
    ).toEqual(limits);
  });
});

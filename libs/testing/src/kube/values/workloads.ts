import { type KubeObject } from '../kube-object.ts';
import { isoTime, objectMeta, time } from '../metadata.ts';
import { map, type Message, number, storedObject, text, texts } from '../protobuf.ts';
import { appLabels, chartVersion, image, templateHash, uid } from './common.ts';
import { podTemplate } from './pod-template.ts';

/** apps/v1 Deployment. */
export function deploymentValue(deployment: KubeObject): Buffer {
  const { app } = deployment;
  const meta = objectMeta({
    name: deployment.name,
    namespace: deployment.namespace,
    uid: uid(deployment.seed),
    generation: app.revision,
    created: deployment.created,
    labels: appLabels(app),
    annotations: {
      'deployment.kubernetes.io/revision': String(app.revision),
      'meta.helm.sh/release-name': app.name,
      'meta.helm.sh/release-namespace': app.namespace,
      'kubectl.kubernetes.io/last-applied-configuration': lastApplied(deployment),
    },
    managed: [
      { manager: 'helm', apiVersion: 'apps/v1', time: deployment.created, fields: HELM_FIELDS },
      {
        manager: 'kube-controller-manager',
        apiVersion: 'apps/v1',
        time: deployment.changedAt,
        fields: CONTROLLER_FIELDS,
        subresource: 'status',
      },
    ],
  });
  const strategy = text(1, 'RollingUpdate') + text(2, text(1, number(1, 1)) + text(2, number(1, 1)));
  const spec = [
    number(1, app.replicas),
    text(2, map(1, { 'app.kubernetes.io/name': app.name })),
    text(3, podTemplate(app, app.revision, objectMeta({ ...EMPTY, labels: appLabels(app) }))),
    text(4, strategy) + number(5, 0) + number(6, 10) + number(9, 600),
  ].join('');
  const status = [
    number(1, app.revision) + number(2, app.replicas) + number(3, app.replicas) + number(4, app.replicas),
    texts(6, [
      condition('Available', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', deployment),
      condition(
        'Progressing',
        'NewReplicaSetAvailable',
        `ReplicaSet "${app.name}-${templateHash(app, app.revision)}" has successfully progressed.`,
        deployment,
      ),
    ]),
    number(7, app.replicas),
  ].join('');
  return storedObject('apps/v1', 'Deployment', text(1, meta) + text(2, spec) + text(3, status));
}

/** apps/v1 ReplicaSet: of the current revision, or an old one that is kept for a way back. */
export function replicaSetValue(set: KubeObject): Buffer {
  const { app, revision } = set;
  const hash = templateHash(app, revision);
  const replicas = revision === app.revision ? app.replicas : 0;
  const labels = { ...appLabels(app), 'pod-template-hash': hash };
  const meta = objectMeta({
    name: set.name,
    namespace: set.namespace,
    uid: uid(app.seed ^ revision),
    generation: 1 + set.changes,
    created: set.created,
    labels,
    annotations: {
      'deployment.kubernetes.io/desired-replicas': String(app.replicas),
      'deployment.kubernetes.io/max-replicas': String(app.replicas + 1),
      'deployment.kubernetes.io/revision': String(revision),
    },
    owner: { apiVersion: 'apps/v1', kind: 'Deployment', name: app.name, uid: uid(app.seed) },
    managed: [
      {
        manager: 'kube-controller-manager',
        apiVersion: 'apps/v1',
        time: set.changedAt,
        fields: CONTROLLER_FIELDS,
      },
    ],
  });
  const spec = [
    number(1, replicas),
    text(2, map(1, { 'app.kubernetes.io/name': app.name, 'pod-template-hash': hash })),
    text(3, podTemplate(app, revision, objectMeta({ ...EMPTY, labels }))),
  ].join('');
  const status = number(1, replicas) + number(2, replicas) + number(3, 1 + set.changes) + number(4, replicas);
  return storedObject('apps/v1', 'ReplicaSet', text(1, meta) + text(2, spec) + text(3, status));
}

/** batch/v1 Job, finished. */
export function jobValue(job: KubeObject): Buffer {
  const { app } = job;
  const labels = {
    ...appLabels(app),
    'batch.kubernetes.io/controller-uid': uid(job.seed),
    'batch.kubernetes.io/job-name': job.name,
  };
  const meta = objectMeta({
    name: job.name,
    namespace: job.namespace,
    uid: uid(job.seed),
    generation: 1,
    created: job.created,
    labels,
    owner: {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      name: `${app.name}-nightly`,
      uid: uid(app.seed ^ 0xc0),
    },
    managed: [
      {
        manager: 'kube-controller-manager',
        apiVersion: 'batch/v1',
        time: job.created + 95,
        fields: CONTROLLER_FIELDS,
        subresource: 'status',
      },
    ],
  });
  const spec = [
    number(1, 1) + number(2, 1) + number(7, 6),
    text(4, map(1, { 'batch.kubernetes.io/controller-uid': uid(job.seed) })),
    text(6, podTemplate(app, job.revision, objectMeta({ ...EMPTY, labels }))),
  ].join('');
  const status = [
    text(1, condition('Complete', 'CompletionsReached', 'Reached expected number of succeeded pods', job)),
    text(2, time(job.created)) + text(3, time(job.created + 95)) + number(5, 1),
  ].join('');
  return storedObject('batch/v1', 'Job', text(1, meta) + text(2, spec) + text(3, status));
}

const EMPTY = { name: '', uid: '', created: 0 };

function condition(type: string, reason: string, message: string, object: KubeObject): Message {
  const times = text(6, time(object.changedAt)) + text(7, time(object.created));
  return text(1, type) + text(2, 'True') + times + text(4, reason) + text(5, message);
}

function lastApplied({ app, created }: KubeObject): string {
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      annotations: {
        'app.example.net/released': isoTime(created),
        'app.example.net/chart': chartVersion(app),
      },
      labels: appLabels(app),
      name: app.name,
      namespace: app.namespace,
    },
    spec: {
      replicas: app.replicas,
      revisionHistoryLimit: 10,
      selector: { matchLabels: { 'app.kubernetes.io/name': app.name } },
      template: {
        metadata: { labels: appLabels(app) },
        spec: {
          containers: [{ image: image(app, app.revision), name: app.name, ports: [{ containerPort: 8080 }] }],
        },
      },
    },
  });
}

const HELM_FIELDS =
  '{"f:metadata":{"f:annotations":{".":{},"f:meta.helm.sh/release-name":{},"f:meta.helm.sh/release-namespace":{}},' +
  '"f:labels":{".":{},"f:app.kubernetes.io/instance":{},"f:app.kubernetes.io/managed-by":{},"f:app.kubernetes.io/name":{},' +
  '"f:app.kubernetes.io/part-of":{},"f:helm.sh/chart":{}}},"f:spec":{"f:progressDeadlineSeconds":{},"f:replicas":{},' +
  '"f:revisionHistoryLimit":{},"f:selector":{},"f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{},' +
  '"f:maxUnavailable":{}},"f:type":{}},"f:template":{"f:metadata":{"f:labels":{".":{}}},"f:spec":{"f:containers":{}}}}}';

const CONTROLLER_FIELDS =
  '{"f:metadata":{"f:annotations":{"f:deployment.kubernetes.io/revision":{}}},"f:status":{"f:availableReplicas":{},' +
  '"f:conditions":{".":{},"k:{\\"type\\":\\"Available\\"}":{".":{},"f:lastTransitionTime":{},"f:lastUpdateTime":{},' +
  '"f:message":{},"f:reason":{},"f:status":{},"f:type":{}},"k:{\\"type\\":\\"Progressing\\"}":{".":{},' +
  '"f:lastTransitionTime":{},"f:lastUpdateTime":{},"f:message":{},"f:reason":{},"f:status":{},"f:type":{}}},' +
  '"f:observedGeneration":{},"f:readyReplicas":{},"f:replicas":{},"f:updatedReplicas":{}}}';

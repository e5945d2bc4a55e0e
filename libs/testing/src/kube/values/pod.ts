import { type KubeObject } from '../kube-object.ts';
import { type ManagedFields, objectMeta, time } from '../metadata.ts';
import { map, type Message, number, storedObject, text, texts } from '../protobuf.ts';
import { type Random, random } from '../random.ts';
import { appLabels, image, imageDigest, templateHash, uid } from './common.ts';
import { podSpec } from './pod-template.ts';

/** core/v1 Pod. An update of its status changes some times and counts in an otherwise equal value. */
export function podValue(pod: KubeObject, nodeName: string): Buffer {
  const choose = random(pod.seed);
  const hash = templateHash(pod.app, pod.revision);
  const meta = objectMeta({
    name: pod.name,
    generateName: `${pod.app.name}-${hash}-`,
    namespace: pod.namespace,
    uid: uid(pod.seed),
    created: pod.created,
    labels: { ...appLabels(pod.app), 'pod-template-hash': hash },
    annotations: {
      'checksum/config': random(pod.app.seed ^ pod.revision).hex(64),
      'prometheus.io/path': '/metrics',
      'prometheus.io/port': '9090',
      'prometheus.io/scrape': 'true',
    },
    owner: {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name: `${pod.app.name}-${hash}`,
      uid: uid(pod.app.seed ^ pod.revision),
    },
    managed: managers(pod),
  });
  const spec = podSpec(pod.app, pod.revision, nodeName, `kube-api-access-${choose.suffix(5)}`);
  return storedObject('v1', 'Pod', text(1, meta) + text(2, spec) + text(3, status(pod, choose)));
}

function status(pod: KubeObject, choose: Random): Message {
  const restarts = pod.changes >> 1;
  const ready = pod.changes % 2 === 0;
  const podIp = `10.244.${choose.between(0, 255)}.${choose.between(2, 254)}`;
  const conditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
  return [
    text(1, 'Running'),
    texts(
      2,
      conditions.map((type) => {
        const changing = type === 'Ready' || type === 'ContainersReady';
        const good = ready || !changing;
        const since = changing ? pod.changedAt : pod.created;
        const why = good ? '' : `containers with unready status: [${pod.app.name}]`;
        return [
          text(1, type) + text(2, good ? 'True' : 'False') + text(3, '') + text(4, time(since)),
          text(5, good ? '' : 'ContainersNotReady') + text(6, why),
        ].join('');
      }),
    ),
    text(3, '') + text(4, '') + text(5, `10.0.${choose.between(0, 7)}.${choose.between(4, 250)}`),
    text(6, podIp),
    text(7, time(pod.created)),
    text(8, containerStatus(pod, restarts, ready)),
    text(9, 'Burstable'),
    text(12, text(1, podIp)),
  ].join('');
}

function containerStatus(pod: KubeObject, restarts: number, ready: boolean): Message {
  const started = restarts === 0 ? pod.created + 3 : pod.changedAt;
  const running = text(2, text(1, time(started)));
  const container = `containerd://${random(pod.seed ^ (restarts * 31)).hex(64)}`;
  const last = text(
    3,
    [
      number(1, 137) + number(2, 9) + text(3, 'OOMKilled') + text(5, time(pod.created)),
      text(6, time(pod.changedAt)) + text(7, `containerd://${random(pod.seed ^ (restarts * 37)).hex(64)}`),
    ].join(''),
  );
  return [
    text(1, pod.app.name) + text(2, running),
    text(3, restarts === 0 ? '' : last),
    number(4, ready ? 1 : 0) + number(5, restarts),
    text(6, image(pod.app, pod.revision)),
    text(7, `${image(pod.app, pod.revision).split(':')[0]!}@${imageDigest(pod.app, pod.revision)}`),
    text(8, container) + number(9, 1),
    map(10, { cpu: '250m', memory: '256Mi' }),
  ].join('');
}

function managers(pod: KubeObject): ManagedFields[] {
  const apiVersion = 'v1';
  return [
    { manager: 'kube-controller-manager', apiVersion, time: pod.created, fields: controllerFields(pod) },
    { manager: 'kubelet', apiVersion, time: pod.changedAt, fields: KUBELET_FIELDS, subresource: 'status' },
  ];
}

function controllerFields(pod: KubeObject): string {
  const labels = Object.keys(appLabels(pod.app)).map((label) => `"f:${label}":{}`);
  const owner = `"k:{\\"uid\\":\\"${uid(pod.app.seed ^ pod.revision)}\\"}":{}`;
  const container = [
    '".":{},"f:args":{},"f:command":{},"f:env":{".":{}',
    ...['POD_NAME', 'POD_NAMESPACE', 'POD_IP'].map(
      (name) => `,"k:{\\"name\\":\\"${name}\\"}":{".":{},"f:name":{},"f:valueFrom":{".":{},"f:fieldRef":{}}}`,
    ),
    '},"f:image":{},"f:imagePullPolicy":{},"f:livenessProbe":{".":{},"f:failureThreshold":{},"f:httpGet":{".":{},',
    '"f:path":{},"f:port":{},"f:scheme":{}},"f:initialDelaySeconds":{},"f:periodSeconds":{},"f:successThreshold":{},',
    '"f:timeoutSeconds":{}},"f:name":{},"f:ports":{".":{},"k:{\\"containerPort\\":8080,\\"protocol\\":\\"TCP\\"}":',
    '{".":{},"f:containerPort":{},"f:name":{},"f:protocol":{}}},"f:resources":{".":{},"f:limits":{".":{},"f:cpu":{},',
    '"f:memory":{}},"f:requests":{".":{},"f:cpu":{},"f:memory":{}}},"f:securityContext":{".":{},',
    '"f:allowPrivilegeEscalation":{},"f:capabilities":{".":{},"f:drop":{}}},"f:terminationMessagePath":{},',
    '"f:terminationMessagePolicy":{},"f:volumeMounts":{".":{},"k:{\\"mountPath\\":\\"/etc/app\\"}":{".":{},',
    '"f:mountPath":{},"f:name":{},"f:readOnly":{}},"k:{\\"mountPath\\":\\"/tmp\\"}":{".":{},"f:mountPath":{},"f:name":{}}}',
  ].join('');
  return [
    '{"f:metadata":{"f:annotations":{".":{},"f:checksum/config":{},"f:prometheus.io/path":{}},"f:generateName":{},',
    `"f:labels":{".":{},${labels.join(',')},"f:pod-template-hash":{}},"f:ownerReferences":{".":{},${owner}}},`,
    `"f:spec":{"f:affinity":{},"f:containers":{"k:{\\"name\\":\\"${pod.app.name}\\"}":{${container}}},`,
    '"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},',
    '"f:serviceAccount":{},"f:serviceAccountName":{},"f:terminationGracePeriodSeconds":{},"f:volumes":{".":{}}}}',
  ].join('');
}

const KUBELET_FIELDS = `{"f:status":{"f:conditions":{${[
  'ContainersReady',
  'Initialized',
  'Ready',
  'PodScheduled',
]
  .map(
    (type) =>
      `"k:{\\"type\\":\\"${type}\\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}}`,
  )
  .join(
    ',',
  )}},"f:containerStatuses":{},"f:hostIP":{},"f:phase":{},"f:podIP":{},"f:podIPs":{".":{}},"f:startTime":{}}}`;

import { type KubeObject } from '../kube-object.ts';
import { objectMeta, time } from '../metadata.ts';
import { type Message, number, storedObject, text } from '../protobuf.ts';
import { random } from '../random.ts';
import { uid } from './common.ts';

/** coordination.k8s.io/v1 Lease of a node's kubelet or of an elected leader: only times change. */
export function leaseValue(lease: KubeObject): Buffer {
  const ofNode = lease.kind === 'nodeLease';
  const manager = ofNode ? 'kubelet' : lease.name;
  const holder = ofNode ? lease.name : `control-plane-1_${uid(lease.seed ^ 1)}`;
  const meta = objectMeta({
    name: lease.name,
    namespace: lease.namespace,
    uid: uid(lease.seed),
    created: lease.created,
    owner: ofNode
      ? { apiVersion: 'v1', kind: 'Node', name: lease.name, uid: uid(lease.seed ^ 2) }
      : undefined,
    managed: [
      {
        manager,
        apiVersion: 'coordination.k8s.io/v1',
        time: lease.changedAt,
        fields:
          '{"f:spec":{"f:acquireTime":{},"f:holderIdentity":{},"f:leaseDurationSeconds":{},"f:renewTime":{}}}',
      },
    ],
  });
  const spec = [
    text(1, holder) + number(2, ofNode ? 40 : 15),
    text(3, microTime(lease.created, 0)),
    text(4, microTime(lease.changedAt, random(lease.seed ^ lease.changes).between(0, 999_999))),
    number(5, 1),
  ].join('');
  return storedObject('coordination.k8s.io/v1', 'Lease', text(1, meta) + text(2, spec));
}

/** core/v1 Event, about one of the application's pods. */
export function eventValue(event: KubeObject, nodeName: string): Buffer {
  const { app } = event;
  const choose = random(event.seed);
  const [type, reason, component, message] = choose.pick(STORIES);
  const about = `${app.name}-${choose.suffix(9)}-${choose.suffix(5)}`;
  const source = component === 'kubelet' ? nodeName : '';
  const words = message
    .replace('POD', `${app.namespace}/${about}`)
    .replace('NODE', nodeName)
    .replace('IMAGE', `registry.example.net/${app.namespace}/${app.name}:v2.${app.seed % 30}.${app.revision}`)
    .replace('IP', `10.244.${choose.between(0, 255)}.${choose.between(2, 254)}`)
    .replace('MS', String(choose.between(100, 9000)));
  const meta = objectMeta({
    name: event.name,
    namespace: event.namespace,
    uid: uid(event.seed),
    created: event.created,
    managed: [{ manager: component, apiVersion: 'v1', time: event.created, fields: EVENT_FIELDS }],
  });
  const involved: Message = [
    text(1, 'Pod') + text(2, app.namespace) + text(3, about) + text(4, uid(event.seed ^ 3)),
    text(5, 'v1') + text(6, String(choose.between(1_000_000, 9_999_999))),
    text(7, component === 'kubelet' ? `spec.containers{${app.name}}` : ''),
  ].join('');
  const body = [
    text(1, meta) + text(2, involved) + text(3, reason) + text(4, words),
    text(5, text(1, component) + text(2, source)),
    text(6, time(event.created)) + text(7, time(event.created)) + number(8, choose.between(1, 9)),
    text(9, type) + text(14, component) + text(15, source),
  ].join('');
  return storedObject('v1', 'Event', body);
}

function microTime(seconds: number, micros: number): Message {
  return number(1, seconds) + number(2, micros * 1000);
}

const EVENT_FIELDS =
  '{"f:count":{},"f:firstTimestamp":{},"f:involvedObject":{"f:apiVersion":{},"f:fieldPath":{},"f:kind":{},' +
  '"f:name":{},"f:namespace":{},"f:resourceVersion":{},"f:uid":{}},' +
  '"f:lastTimestamp":{},"f:message":{},"f:reason":{},' +
  '"f:reportingComponent":{},"f:reportingInstance":{},"f:source":{"f:component":{},"f:host":{}},"f:type":{}}';

/** Type, reason, component and message. */
const STORIES: readonly (readonly [string, string, string, string])[] = [
  ['Normal', 'Scheduled', 'default-scheduler', 'Successfully assigned POD to NODE'],
  ['Normal', 'Pulling', 'kubelet', 'Pulling image "IMAGE"'],
  ['Normal', 'Pulled', 'kubelet', 'Successfully pulled image "IMAGE" in MSms (MSms including waiting)'],
  ['Normal', 'Created', 'kubelet', 'Created container'],
  ['Normal', 'Started', 'kubelet', 'Started container'],
  ['Normal', 'Killing', 'kubelet', 'Stopping container'],
  ['Normal', 'SuccessfulCreate', 'replicaset-controller', 'Created pod: POD'],
  ['Normal', 'SuccessfulDelete', 'replicaset-controller', 'Deleted pod: POD'],
  [
    'Warning',
    'Unhealthy',
    'kubelet',
    'Readiness probe failed: Get "http://IP:8080/readyz": context deadline exceeded',
  ],
  ['Warning', 'Unhealthy', 'kubelet', 'Liveness probe failed: HTTP probe failed with statuscode: 503'],
  ['Warning', 'BackOff', 'kubelet', 'Back-off restarting failed container in pod POD'],
  ['Warning', 'FailedMount', 'kubelet', 'MountVolume.SetUp failed for volume "tls" : secret "tls" not found'],
  [
    'Warning',
    'FailedScheduling',
    'default-scheduler',
    '0/80 nodes are available: 12 Insufficient cpu, 68 node(s) did not match Pod affinity/selector.',
  ],
];

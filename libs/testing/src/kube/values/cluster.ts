import { type KubeObject } from '../kube-object.ts';
import { isoTime, objectMeta, time } from '../metadata.ts';
import { map, number, storedObject, text, texts } from '../protobuf.ts';
import { random } from '../random.ts';
import { PARTS, TEAMS, WORDS, ZONES } from '../vocabulary.ts';
import { appLabels, quantities, templateHash, uid } from './common.ts';

/** core/v1 Node: its images and conditions make it large, its heartbeat makes it change. */
export function nodeValue(node: KubeObject): Buffer {
  const choose = random(node.seed);
  const zone = choose.pick(ZONES);
  const address = `10.0.${choose.between(0, 7)}.${choose.between(4, 250)}`;
  const size = { cpu: '16', memory: '65841212Ki', 'ephemeral-storage': '203056560Ki', pods: '110' };
  const meta = objectMeta({
    name: node.name,
    uid: uid(node.seed ^ 2),
    created: node.created,
    labels: {
      'beta.kubernetes.io/arch': 'amd64',
      'beta.kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'amd64',
      'kubernetes.io/hostname': node.name,
      'kubernetes.io/os': 'linux',
      'node.kubernetes.io/instance-type': choose.pick(['general-16', 'memory-16']),
      'topology.kubernetes.io/region': 'eu-west-1',
      'topology.kubernetes.io/zone': zone,
    },
    annotations: {
      'csi.volume.kubernetes.io/nodeid': JSON.stringify({ 'disk.csi.example.net': `i-${choose.hex(17)}` }),
      'node.alpha.kubernetes.io/ttl': '0',
      'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
    },
    managed: [
      {
        manager: 'kubelet',
        apiVersion: 'v1',
        time: node.changedAt,
        fields:
          '{"f:status":{"f:conditions":{"k:{\\"type\\":\\"DiskPressure\\"}":{"f:lastHeartbeatTime":{}},' +
          '"k:{\\"type\\":\\"MemoryPressure\\"}":{"f:lastHeartbeatTime":{}},"k:{\\"type\\":\\"Ready\\"}":' +
          '{"f:lastHeartbeatTime":{},"f:lastTransitionTime":{},"f:message":{}}},"f:images":{}}}',
        subresource: 'status',
      },
    ],
  });
  const spec =
    text(1, `10.244.${choose.between(0, 255)}.0/24`) + text(3, `cloud:///${zone}/i-${choose.hex(17)}`);
  const images = Array.from({ length: choose.between(35, 50) }, () => {
    const name = `registry.example.net/${choose.pick(TEAMS)}/${choose.pick(TEAMS)}-${choose.pick(PARTS)}`;
    const version = `${name}:v2.${choose.between(0, 29)}.${choose.between(1, 9)}`;
    return (
      texts(1, [`${name}@sha256:${choose.hex(64)}`, version]) +
      number(2, choose.between(9_000_000, 900_000_000))
    );
  });
  const conditions = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) =>
    [
      text(1, type) + text(2, type === 'Ready' ? 'True' : 'False'),
      text(3, time(node.changedAt)) + text(4, time(node.created)),
      text(5, `Kubelet${type === 'Ready' ? 'Ready' : `HasSufficient${type.replace('Pressure', '')}`}`),
      text(6, type === 'Ready' ? 'kubelet is posting ready status' : `kubelet has no ${type.toLowerCase()}`),
    ].join(''),
  );
  const info = [
    '5.15.0-122-generic',
    'Ubuntu 22.04.5 LTS',
    'containerd://1.7.22',
    'v1.31.4',
    'v1.31.4',
    'linux',
    'amd64',
  ];
  const status = [
    quantities(1, size) + quantities(2, { ...size, cpu: '15890m' }),
    texts(4, conditions),
    texts(5, [text(1, 'InternalIP') + text(2, address), text(1, 'Hostname') + text(2, node.name)]),
    text(
      7,
      [choose.hex(32), choose.uuid(), choose.uuid(), ...info].map((fact, at) => text(at + 1, fact)).join(''),
    ),
    texts(8, images),
  ].join('');
  return storedObject('v1', 'Node', text(1, meta) + text(2, spec) + text(3, status));
}

/** core/v1 Service. */
export function serviceValue(service: KubeObject): Buffer {
  const choose = random(service.seed);
  const ip = `10.96.${choose.between(0, 255)}.${choose.between(1, 254)}`;
  const port = (name: string, from: number): string =>
    text(1, name) + text(2, 'TCP') + number(3, from) + text(4, number(1, 1) + number(2, 0) + text(3, name));
  const spec = [
    texts(1, [port('http', 80), port('metrics', 9090)]),
    map(2, { 'app.kubernetes.io/name': service.app.name }),
    text(3, ip) + text(4, 'ClusterIP') + text(7, 'None') + text(18, ip) + text(19, 'IPv4'),
    text(17, 'SingleStack') + text(22, 'Cluster'),
  ].join('');
  const fields =
    '{"f:metadata":{"f:labels":{".":{}}},"f:spec":{"f:internalTrafficPolicy":{},"f:ports":{".":{},' +
    '"k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:name":{},"f:port":{},"f:protocol":{},"f:targetPort":{}},' +
    '"k:{\\"port\\":9090,\\"protocol\\":\\"TCP\\"}":{".":{},"f:name":{},"f:port":{},"f:protocol":{},"f:targetPort":{}}},' +
    '"f:selector":{},"f:sessionAffinity":{},"f:type":{}}}';
  return storedObject(
    'v1',
    'Service',
    text(1, ownedMeta(service, 'helm', fields)) + text(2, spec) + text(3, text(1, '')),
  );
}

/** discovery.k8s.io/v1 EndpointSlice: changes whenever a pod of its application comes, goes or is unready. */
export function endpointSliceValue(slice: KubeObject): Buffer {
  const { app } = slice;
  const endpoints = Array.from({ length: app.replicas }, (_, at) => {
    const choose = random(app.seed ^ (at * 1009) ^ (app.revision * 31));
    const ready = slice.changes % 2 === 0 || at > 0 ? 1 : 0;
    const pod = `${app.name}-${templateHash(app, app.revision)}-${choose.suffix(5)}`;
    return [
      text(1, `10.244.${choose.between(0, 255)}.${choose.between(2, 254)}`),
      text(2, number(1, ready) + number(2, ready) + number(3, 0)),
      text(4, text(1, 'Pod') + text(2, app.namespace) + text(3, pod) + text(4, choose.uuid())),
      text(6, `node-${choose.between(1, 80)}`) + text(7, choose.pick(ZONES)),
    ].join('');
  });
  const ports = ['http', 'metrics'].map(
    (name, at) => text(1, name) + text(2, 'TCP') + number(3, [8080, 9090][at]!),
  );
  const fields =
    '{"f:addressType":{},"f:endpoints":{},"f:metadata":{"f:generateName":{},"f:labels":{".":{},' +
    '"f:endpointslice.kubernetes.io/managed-by":{},"f:kubernetes.io/service-name":{}},"f:ownerReferences":{}},"f:ports":{}}';
  const body =
    text(1, ownedMeta(slice, 'kube-controller-manager', fields)) + texts(2, endpoints) + texts(3, ports);
  return storedObject('discovery.k8s.io/v1', 'EndpointSlice', body + text(4, 'IPv4'));
}

/** core/v1 ServiceAccount. */
export function serviceAccountValue(account: KubeObject): Buffer {
  const fields = '{"f:metadata":{"f:annotations":{".":{}},"f:labels":{".":{}}}}';
  return storedObject('v1', 'ServiceAccount', text(1, ownedMeta(account, 'helm', fields)) + number(4, 1));
}

/** rbac.authorization.k8s.io/v1 RoleBinding. */
export function roleBindingValue(binding: KubeObject): Buffer {
  const group = 'rbac.authorization.k8s.io';
  const fields = '{"f:metadata":{"f:labels":{".":{}}},"f:roleRef":{},"f:subjects":{}}';
  const subject =
    text(1, 'ServiceAccount') + text(2, '') + text(3, binding.app.name) + text(4, binding.namespace);
  const role = text(1, group) + text(2, 'Role') + text(3, binding.app.name);
  return storedObject(
    `${group}/v1`,
    'RoleBinding',
    text(1, ownedMeta(binding, 'helm', fields)) + text(2, subject) + text(3, role),
  );
}

/** apiextensions.k8s.io/v1 CustomResourceDefinition: kept as JSON, large for its schema. */
export function customResourceDefinitionValue(definition: KubeObject): Buffer {
  const choose = random(definition.seed);
  const [plural = '', ...group] = definition.name.split('.');
  const schema = (depth: number): object => ({
    description: `The ${choose.pick(WORDS)} that limits how a ${choose.pick(WORDS)} is bound to its ${choose.pick(WORDS)}.`,
    type: 'object',
    properties: Object.fromEntries(
      Array.from({ length: 5 }, () => [
        `${choose.pick(WORDS)}${depth}`,
        depth === 0
          ? {
              description: `Whether the ${choose.pick(WORDS)} may exceed the ${choose.pick(WORDS)}. Defaults to the value of the ${choose.pick(WORDS)}.`,
              type: choose.pick(['string', 'integer', 'boolean']),
            }
          : schema(depth - 1),
      ]),
    ),
    required: [`${choose.pick(WORDS)}${depth}`],
  });
  return json({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: definition.name,
      uid: uid(definition.seed),
      creationTimestamp: isoTime(definition.created),
      annotations: { 'controller-gen.kubebuilder.io/version': 'v0.16.4' },
    },
    spec: {
      group: group.join('.'),
      names: { plural, kind: plural, listKind: `${plural}List` },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema(3) } }],
    },
  });
}

/** An object of a custom kind: kept as JSON. Its controller touches its status now and then. */
export function customResourceValue(resource: KubeObject): Buffer {
  const choose = random(resource.seed);
  const { app } = resource;
  const routes = Array.from({ length: choose.between(4, 22) }, () => ({
    name: `${choose.pick(WORDS)}-${choose.suffix(5)}`,
    match: [
      {
        uri: { prefix: `/${choose.pick(WORDS)}/${choose.pick(WORDS)}` },
        headers: { [`x-${choose.pick(WORDS)}`]: { exact: choose.hex(12) } },
      },
    ],
    route: [
      {
        destination: { host: `${app.name}.${app.namespace}.svc.cluster.local`, port: { number: 80 } },
        weight: 100,
      },
    ],
    timeout: `${choose.between(1, 60)}s`,
    retries: {
      attempts: choose.between(1, 5),
      perTryTimeout: '2s',
      retryOn: 'gateway-error,connect-failure',
    },
  }));
  return json({
    apiVersion: 'networking.example.net/v1',
    kind: 'Route',
    metadata: {
      annotations: { 'meta.helm.sh/release-name': app.name, 'meta.helm.sh/release-namespace': app.namespace },
      creationTimestamp: isoTime(resource.created),
      generation: 3,
      labels: appLabels(app),
      managedFields: [
        {
          apiVersion: 'networking.example.net/v1',
          fieldsType: 'FieldsV1',
          fieldsV1: {
            'f:metadata': { 'f:labels': { '.': {} } },
            'f:spec': { '.': {}, 'f:hosts': {}, 'f:http': {} },
          },
          manager: 'helm',
          operation: 'Update',
          time: isoTime(resource.created),
        },
      ],
      name: resource.name,
      namespace: resource.namespace,
      uid: uid(resource.seed),
    },
    spec: { gateways: ['mesh/public'], hosts: [`${app.name}.example.net`], http: routes },
    status: {
      conditions: [
        {
          lastTransitionTime: isoTime(resource.changedAt),
          message: 'The route is accepted by all gateways',
          observedGeneration: 3,
          reason: 'Accepted',
          status: 'True',
          type: 'Ready',
        },
      ],
      observedChanges: resource.changes,
    },
  });
}

function ownedMeta(object: KubeObject, manager: string, fields: string): string {
  return objectMeta({
    name: object.name,
    namespace: object.namespace,
    uid: uid(object.seed),
    generation: 1 + object.changes,
    created: object.created,
    labels: appLabels(object.app),
    annotations: {
      'meta.helm.sh/release-name': object.app.name,
      'meta.helm.sh/release-namespace': object.namespace,
    },
    managed: [{ manager, apiVersion: 'v1', time: object.changedAt, fields }],
  });
}

function json(object: object): Buffer {
  return Buffer.from(`${JSON.stringify(object)}\n`);
}

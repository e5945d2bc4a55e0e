import { type App } from '../kube-object.ts';
import { type Message, number, text, texts } from '../protobuf.ts';
import { type Random, random } from '../random.ts';
import { WORDS } from '../vocabulary.ts';
import { image, quantities } from './common.ts';

/** core/v1 PodSpec, as it stands in pods, replica sets, deployments and jobs. */
export function podSpec(app: App, revision: number, nodeName?: string, tokenVolume?: string): Message {
  const choose = random(app.seed);
  return [
    text(1, volume('config', text(19, text(1, text(1, `${app.name}-config`)) + number(3, 420)))),
    text(1, volume('tls', text(6, text(1, `${app.name}-tls`) + number(3, 420)))),
    text(1, volume('tmp', text(2, text(1, '')))),
    text(1, tokenVolume && volume(tokenVolume, projectedToken())),
    text(2, mainContainer(app, revision, choose, tokenVolume)),
    text(2, choose.oneIn(3) ? proxyContainer(tokenVolume) : undefined),
    text(3, 'Always'),
    number(4, 30),
    text(6, 'ClusterFirst'),
    text(8, app.name),
    text(9, app.name),
    text(10, nodeName),
    text(14, number(3, 1) + number(2, 10_001) + number(5, 10_001) + text(10, text(1, 'RuntimeDefault'))),
    text(18, affinity(app)),
    text(19, 'default-scheduler'),
    texts(22, nodeName === undefined ? [] : ['not-ready', 'unreachable'].map(toleration)),
    number(25, 0),
    number(30, 1),
    text(31, 'PreemptLowerPriority'),
  ].join('');
}

/** core/v1 PodTemplateSpec. */
export function podTemplate(app: App, revision: number, meta: Message): Message {
  return text(1, meta) + text(2, podSpec(app, revision));
}

function mainContainer(app: App, revision: number, choose: Random, tokenVolume?: string): Message {
  const variables = Array.from({ length: 12 + (app.seed % 40) }, () => variable(app, choose));
  return [
    text(1, app.name),
    text(2, image(app, revision)),
    texts(3, [`/usr/local/bin/${app.name}`]),
    texts(4, ['serve', '--config=/etc/app/config.yaml', `--log-level=${choose.pick(['info', 'warn'])}`]),
    texts(6, [
      text(1, 'http') + number(2, 0) + number(3, 8080) + text(4, 'TCP'),
      text(1, 'metrics') + number(2, 0) + number(3, 9090) + text(4, 'TCP'),
    ]),
    texts(7, variables),
    texts(7, ['POD_NAME', 'POD_NAMESPACE', 'POD_IP'].map(downwardVariable)),
    text(
      8,
      quantities(1, { cpu: `${choose.between(1, 4)}`, memory: `${choose.between(1, 8) * 256}Mi` }) +
        quantities(2, { cpu: `${choose.between(1, 9) * 50}m`, memory: `${choose.between(1, 8) * 128}Mi` }),
    ),
    texts(9, [
      mount('config', '/etc/app', true),
      mount('tls', '/etc/tls', true),
      mount('tmp', '/tmp', false),
      ...(tokenVolume === undefined ? [] : [tokenMount(tokenVolume)]),
    ]),
    text(10, probe('/healthz', 30)),
    text(11, probe('/readyz', 5)),
    text(13, '/dev/termination-log'),
    text(14, 'IfNotPresent'),
    text(15, number(2, 0) + number(6, 1) + number(7, 0) + text(1, texts(2, ['ALL']))),
    text(20, 'File'),
  ].join('');
}

function proxyContainer(tokenVolume: string | undefined): Message {
  return [
    text(1, 'mesh-proxy'),
    text(2, 'registry.example.net/mesh/proxy:1.24.2'),
    texts(4, ['proxy', 'sidecar', '--domain', '$(POD_NAMESPACE).svc.cluster.local', '--concurrency', '2']),
    texts(6, [text(1, 'http-envoy-prom') + number(2, 0) + number(3, 15090) + text(4, 'TCP')]),
    texts(
      7,
      ['POD_NAME', 'POD_NAMESPACE', 'INSTANCE_IP', 'HOST_IP', 'ISTIO_CPU_LIMIT'].map(downwardVariable),
    ),
    text(8, quantities(1, { cpu: '2', memory: '1Gi' }) + quantities(2, { cpu: '100m', memory: '128Mi' })),
    texts(9, tokenVolume === undefined ? [] : [tokenMount(tokenVolume)]),
    text(11, probe('/healthz/ready', 15)),
    text(13, '/dev/termination-log'),
    text(14, 'IfNotPresent'),
    text(20, 'File'),
  ].join('');
}

function variable(app: App, choose: Random): Message {
  const name = `${choose.pick(WORDS)}_${choose.pick(WORDS)}`.toUpperCase();
  const value = choose.pick([
    `http://${choose.pick(WORDS)}-${app.name}.${app.namespace}.svc.cluster.local:8080`,
    `${choose.between(1, 600)}s`,
    `${choose.between(1, 5000)}`,
    choose.pick(['true', 'false']),
    `${choose.pick(WORDS)}-${choose.pick(WORDS)}`,
  ]);
  return text(1, name) + text(2, value);
}

function downwardVariable(name: string): Message {
  const path =
    name === 'POD_NAMESPACE' ? 'metadata.namespace' : name === 'POD_NAME' ? 'metadata.name' : 'status.podIP';
  return text(1, name) + text(3, text(1, text(1, 'v1') + text(2, path)));
}

function volume(name: string, source: Message): Message {
  return text(1, name) + text(2, source);
}

function mount(name: string, at: string, readOnly: boolean): Message {
  return text(1, name) + number(2, readOnly ? 1 : 0) + text(3, at) + text(4, '');
}

function tokenMount(name: string): Message {
  return mount(name, '/var/run/secrets/kubernetes.io/serviceaccount', true);
}

function projectedToken(): Message {
  const sources = [
    text(4, number(2, 3607) + text(3, 'token')),
    text(3, text(1, text(1, 'kube-root-ca.crt')) + text(2, text(1, 'ca.crt') + text(2, 'ca.crt'))),
    text(2, text(1, text(1, 'namespace') + text(2, text(1, 'v1') + text(2, 'metadata.namespace')))),
  ];
  return text(26, texts(1, sources) + number(2, 420));
}

function probe(path: string, period: number): Message {
  const get = text(1, path) + text(2, number(1, 1) + number(2, 0) + text(3, 'http')) + text(4, 'HTTP');
  return (
    text(1, text(2, get)) + number(2, 5) + number(3, 3) + number(4, period) + number(5, 1) + number(6, 3)
  );
}

function affinity(app: App): Message {
  const selector = text(1, text(1, 'app.kubernetes.io/name') + text(2, app.name));
  return text(
    3,
    text(2, number(1, 100) + text(2, text(1, selector) + text(3, 'topology.kubernetes.io/zone'))),
  );
}

function toleration(condition: string): Message {
  const key = `node.kubernetes.io/${condition}`;
  return text(1, key) + text(2, 'Exists') + text(3, '') + text(4, 'NoExecute') + number(5, 300);
}

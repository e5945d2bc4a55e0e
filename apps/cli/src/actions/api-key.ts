import { newApiKey } from '@etcd-kloset/platform/api-key';
import { type apiKeyOptions } from '../commands/api-key.ts';
import { type Action } from '../commands/command.ts';
import { labelsOf } from './stored.ts';

export const apiKey: Action<typeof apiKeyOptions> = ({ options, report }) => {
  const { name, role } = options;
  const labels = labelsOf(options.label);
  const { token, hash } = newApiKey(name);
  report.answer({ name, role, clusters: labels, key: token, hash }, () =>
    [
      `The key, which is not shown again:\n\n  ${token}\n`,
      'Its entry in etcd-kloset.yaml:\n',
      ...entryOf(name, role, hash, labels),
    ].join('\n'),
  );
  return Promise.resolve(0);
};

/** YAML. A text in double quotes is the same in JSON. */
function entryOf(
  name: string,
  role: string,
  hash: string,
  labels: Readonly<Record<string, string>>,
): string[] {
  const clusters = Object.entries(labels).map(
    ([key, text]) => `${JSON.stringify(key)}: ${JSON.stringify(text)}`,
  );
  return [
    'api:',
    '  keys:',
    `    - name: ${JSON.stringify(name)}`,
    `      role: ${role}`,
    `      hash: ${hash}`,
    ...(clusters.length === 0 ? [] : [`      clusters: { ${clusters.join(', ')} }`]),
  ];
}

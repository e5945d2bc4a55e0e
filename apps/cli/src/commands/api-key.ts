import { outputOptions } from '../options/groups.ts';
import { choice, list, required, value } from '../options/option.ts';
import { label } from '../options/values.ts';
import { defineCommand } from './command.ts';

/** As the configuration of the services takes them. */
function keyName(text: string): string {
  if (!/^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/.test(text)) {
    throw new Error('is not up to 64 letters, digits, dots, dashes and underscores');
  }
  return text;
}

export const apiKeyOptions = {
  name: required(value('NAME', 'says in logs and records who asked', keyName)),
  role: required(
    choice('ROLE', 'viewer reads; operator also backs up and downloads; admin also changes clusters', [
      'viewer',
      'operator',
      'admin',
    ]),
  ),
  label: list('KEY=VALUE', 'good only for clusters that have this label, and all others given', label),
  ...outputOptions,
} as const;

export const apiKey = defineCommand({
  name: 'api-key',
  about: 'make a key for the API of the services, and its entry in their configuration',
  details: `The key is printed once and kept nowhere. The configuration has its hash, from which it cannot be told. Needs neither
a store nor the services.`,
  arguments: [],
  options: apiKeyOptions,
  examples: [
    { what: 'for whoever looks after everything', line: 'api-key --name admin --role admin' },
    { what: 'for the clusters of one team', line: 'api-key --name ci --role operator --label team=payments' },
  ],
  load: async () => (await import('../actions/api-key.ts')).apiKey,
});

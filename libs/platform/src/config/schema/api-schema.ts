import { eventSchemas, type EventType } from '@etcd-kloset/jobs';
import { z } from 'zod';
import { ROLES } from '../../auth/principal.ts';
import { labelsSchema } from '../definition-schema.ts';
import { choice, duration, filePath, size, text, truth, whole } from './scalars.ts';
import { listenSchema } from './services-schema.ts';

const name = () =>
  text({
    pattern: /^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/,
    otherwise: 'is not up to 64 letters, digits, dots, dashes and underscores',
  });

const limitedTo = labelsSchema.optional();

const apiKey = z.strictObject({
  name: name().meta({ description: 'Says in logs and records who asked.' }),
  role: choice(ROLES).meta({
    description:
      'A viewer reads; an operator also backs up, cancels and downloads; an admin also changes clusters.',
  }),
  hash: text({
    pattern: /^sha256:[0-9a-f]{64}$/,
    otherwise: 'is no hash of an API key: `etcd-kloset api-key` prints one',
  }).meta({ description: 'As `etcd-kloset api-key` prints it.' }),
  clusters: limitedTo.meta({ description: 'Only clusters with all of these labels.' }),
});

export const apiSchema = z
  .strictObject({
    listen: listenSchema,
    publicUrl: text({ problemOf: urlProblem })
      .optional()
      .meta({
        description: 'How the API is reached from outside; in events and links.',
        examples: ['https://backups.example.net'],
      }),
    trustedProxies: whole(0, 10)
      .prefault(0)
      .meta({ description: 'How many proxies stand before the API and tell in `X-Forwarded-For` who asks.' }),
    keys: z.array(apiKey).max(1000).default([]).meta({ description: 'API keys.' }),
    rateLimit: z
      .strictObject({
        requestsPerMinute: whole(1, 1_000_000).prefault(600).meta({ description: 'For each API key.' }),
        unauthenticatedPerMinute: whole(1, 1_000_000)
          .prefault(30)
          .meta({ description: 'For each address: requests without a known key.' }),
      })
      .prefault({})
      .meta({ description: 'More than that is answered with 429.' }),
    bodyLimit: size('1KiB', '10MiB').prefault('256KiB').meta({ description: 'Largest body of a request.' }),
    storeScan: duration('10s', '1d')
      .prefault('1m')
      .meta({ description: 'How often stores are looked through for backups that others put there.' }),
  })
  .meta({ description: 'The API service.' });

const EVENT_TYPES = Object.keys(eventSchemas) as EventType[];

const webhook = z.strictObject({
  name: name().meta({ description: 'In logs, and in the list of dead letters.' }),
  url: text({ problemOf: urlProblem }).meta({
    description: 'Where events are sent with POST. Its path may be a secret: `${VARIABLE}`.',
  }),
  secretFile: filePath().meta({
    description:
      'Each line is a secret that signs what is sent: one, or the old and the new one for a while.',
  }),
  caFile: filePath()
    .optional()
    .meta({ description: "PEM of the authorities to trust instead of the system's." }),
  events: z.array(choice(EVENT_TYPES)).min(1).optional().meta({ description: 'Only these. Default: all.' }),
  clusters: limitedTo.meta({ description: 'Only events of clusters with all of these labels.' }),
  allowPrivate: truth()
    .prefault(false)
    .meta({ description: 'May it reach addresses that are not of the public internet?' }),
  timeout: duration('1s', '1m').prefault('10s').meta({ description: 'Time for an answer.' }),
});

export const webhooksSchema = z.array(webhook).max(100).meta({ description: 'Where events are sent to.' });

function urlProblem(url: string): string | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol))
    return 'is no http:// or https:// URL';
  return parsed.username !== '' || parsed.password !== '' ? 'has a user or a password in it' : undefined;
}

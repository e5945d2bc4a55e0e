import { parseEndpoint } from '@etcd-kloset/etcd';
import { isKlosetError } from '@etcd-kloset/errors';
import { clusterName, storeName } from '@etcd-kloset/jobs';
import { z } from 'zod';
import { PROOF_SCOPES } from './cluster-definition.ts';
import { cronProblem, timeZoneProblem } from './cron.ts';

const DAY_SECONDS = 86_400;

/** A zod check of a sentence that says what is wrong, if anything. */
function checked(problemOf: (text: string) => string | undefined) {
  return (context: z.core.ParsePayload<string>): void => {
    const message = problemOf(context.value);
    if (message !== undefined) context.issues.push({ code: 'custom', message, input: context.value });
  };
}

/** What a cluster is called: text of one line, without spaces at its ends. */
export const nameSchema = clusterName.refine(
  (name) => name.trim() === name && !/\p{Cc}/u.test(name) && name.isWellFormed() && name !== '__proto__',
  'is no name for a cluster: up to 200 printable characters, no spaces at its ends',
);

export const endpointSchema = z
  .string()
  .max(300)
  .check(checked(endpointProblem))
  .meta({ description: 'host:port, http://host:port or https://host:port' });

export const cronSchema = z
  .string()
  .max(100)
  .check(checked(cronProblem))
  .meta({ description: 'minute, hour, day of the month, month, day of the week', examples: ['17 * * * *'] });

export const timeZoneSchema = z
  .string()
  .max(60)
  .check(checked(timeZoneProblem))
  .meta({ description: 'IANA time zone', examples: ['Europe/Berlin'] });

/** As the command line takes them: Kubernetes' label keys, and text of one line. */
export const labelsSchema = z
  .record(
    z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._/-]{0,98}[A-Za-z0-9])?$/, 'is no key of a label'),
    z
      .string()
      .max(500)
      // \P{Cc}, in words that the regular expressions of all languages know: clients read it in the API's document.
      .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'has characters that cannot be printed')
      .refine((value) => value.isWellFormed(), 'has half a character'),
  )
  .refine((labels) => Object.keys(labels).length <= 50, 'has more than 50 labels');

const fileName = z.string().min(1).max(500);

/**
 * A cluster as the API takes it and as its store keeps it. Unknown keys are refused. The configuration file has the
 * same keys, but for `objective` and `jitter`, which are written as `26h` there.
 */
export const clusterDefinitionSchema = z.strictObject({
  name: nameSchema,
  store: storeName,
  endpoints: z.array(endpointSchema).min(1).max(50),
  onlyEndpoints: z.boolean().default(false),
  tls: z
    .strictObject({
      caFile: fileName.optional(),
      certFile: fileName.optional(),
      keyFile: fileName.optional(),
      serverName: z.string().min(1).max(253).optional(),
      insecureSkipVerify: z.boolean().default(false),
    })
    .optional(),
  auth: z.strictObject({ user: z.string().min(1).max(200), passwordFile: fileName }).optional(),
  schedule: z
    .strictObject({
      cron: cronSchema,
      timeZone: timeZoneSchema.default('UTC'),
      jitterSeconds: z.number().int().min(0).max(DAY_SECONDS).default(0),
      paused: z.boolean().default(false),
    })
    .optional(),
  objectiveSeconds: z
    .number()
    .int()
    .min(60)
    .max(366 * DAY_SECONDS)
    .optional(),
  labels: labelsSchema.default({}),
  proof: z.enum(PROOF_SCOPES).default('all'),
  requireProof: z.boolean().default(false),
});

export type ClusterDefinitionInput = z.input<typeof clusterDefinitionSchema>;

function endpointProblem(endpoint: string): string | undefined {
  try {
    parseEndpoint(endpoint);
    return undefined;
  } catch (error) {
    if (!isKlosetError(error)) throw error;
    // What it says may repeat the endpoint, which may hold a password.
    const { advice = '' } = error;
    const isTelling = advice.includes(endpoint.trim().replace(/\/$/, ''));
    return `is not an endpoint of etcd. ${isTelling ? 'Write host:port, http://host:port or https://host:port.' : advice}`.trim();
  }
}

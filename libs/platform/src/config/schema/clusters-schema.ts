import { z } from 'zod';
import { PROOF_SCOPES } from '../cluster-definition.ts';
import {
  cronSchema,
  endpointSchema,
  labelsSchema,
  nameSchema,
  timeZoneSchema,
} from '../definition-schema.ts';
import { choice, duration, filePath, text, truth } from './scalars.ts';

const tls = z
  .strictObject({
    caFile: filePath()
      .optional()
      .meta({ description: "Verifies the members' certificates; without it the system's authorities do." }),
    certFile: filePath().optional().meta({ description: 'Client certificate.' }),
    keyFile: filePath().optional().meta({ description: 'Key of the client certificate.' }),
    serverName: text({ longest: 253 })
      .optional()
      .meta({ description: "The name in the members' certificates, when it is not their host." }),
    insecureSkipVerify: truth()
      .prefault(false)
      .meta({ description: "Do not verify the members' certificates. For tests." }),
  })
  .meta({
    description: 'PEM files, read again for every connection. Endpoints without a scheme then speak TLS.',
  });

const auth = z
  .strictObject({
    user: text({ longest: 200 }).meta({ description: 'User of etcd.' }),
    passwordFile: filePath()
      .optional()
      .meta({ description: 'The password is its first line; read for every backup.' }),
    passwordEnv: text({
      pattern: /^[A-Za-z_]\w*$/,
      otherwise: 'is no name of a variable: give the name, not the password',
    })
      .optional()
      .meta({ description: 'The variable of the environment that holds the password, instead of a file.' }),
  })
  .meta({ description: 'For a cluster with authentication.' });

const schedule = z
  .strictObject({
    cron: cronSchema,
    timeZone: timeZoneSchema.default('UTC'),
    jitter: duration('0s', '1d')
      .prefault('0s')
      .meta({ description: 'Each run begins up to so much later, always the same for one cluster.' }),
    paused: truth().prefault(false).meta({ description: 'Do not run it.' }),
  })
  .meta({ description: 'When it is backed up by itself.' });

export const clusterFileSchema = z.strictObject({
  store: z.string().meta({ description: 'The name of the store that its backups go to.' }),
  endpoints: z
    .array(endpointSchema)
    .min(1)
    .max(50)
    .meta({ description: 'Client URLs of its members.', examples: [['https://10.0.0.1:2379']] }),
  onlyEndpoints: truth()
    .prefault(false)
    .meta({ description: 'Talk to these endpoints alone, not to the URLs that members advertise.' }),
  tls: tls.optional(),
  auth: auth.optional(),
  schedule: schedule.optional(),
  objective: duration('1m', '366d').optional().meta({
    description: 'How old the last proven backup may be; an event and a metric tell when it is older.',
  }),
  labels: labelsSchema
    .default({})
    .meta({ description: 'Notes that go with each snapshot, and by which API keys may be limited.' }),
  proof: choice(PROOF_SCOPES).prefault('all').meta({
    description: 'Whose hash a snapshot is held against: all voters, the member that was read, none.',
  }),
  requireProof: truth()
    .prefault(false)
    .meta({ description: 'A backup that is stored but not proven counts as failed.' }),
  attach: z
    .array(filePath())
    .max(50)
    .optional()
    .meta({ description: 'Files and folders on the snapshot worker to keep sealed with each snapshot.' }),
});

export const clustersSchema = z.record(nameSchema, clusterFileSchema).meta({
  description: 'Clusters by the name that they have in the store. Others are registered over the API.',
});

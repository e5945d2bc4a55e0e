import { DESTINATION_KINDS } from '@etcd-kloset/jobs';
import { z } from 'zod';
import { LOG_LEVELS } from '../configuration.ts';
import { redisUrlProblem } from '../redis-url-problem.ts';
import { choice, duration, filePath, size, text, truth, whole } from './scalars.ts';

const host = (fallback: string) =>
  text({
    longest: 253,
    pattern: /^[A-Za-z0-9.:_-]+$/,
    otherwise: 'is no address to listen at, such as 0.0.0.0',
  })
    .prefault(fallback)
    .meta({ description: 'The address to listen at; 0.0.0.0 for all.' });

const port = (fallback: number) =>
  whole(0, 65_535).prefault(fallback).meta({ description: '0: one that is free.' });

export const redisSchema = z
  .strictObject({
    url: text({ problemOf: redisUrlProblem })
      .optional()
      .meta({ description: 'Default: `redis://127.0.0.1:6379`. With TLS: `rediss://…`.' }),
    urlFile: filePath()
      .optional()
      .meta({ description: 'A file with the address in its first line, since it may hold a password.' }),
    prefix: text({
      pattern: /^[A-Za-z0-9._-]{1,60}$/,
      otherwise: 'is not up to 60 letters, digits, dots, dashes and underscores',
    })
      .prefault('etcd-kloset')
      .meta({ description: 'Before the name of every key.' }),
    allowNoPersistence: truth()
      .prefault(false)
      .meta({ description: 'Take a Redis that forgets its jobs when it restarts. For tests.' }),
  })
  .meta({ description: 'Where the queues are.' });

/** Chunks have up to 8 MiB, and some are on their way at once. */
export const LEAST_STAGING = '32MiB';

export const limitsSchema = z
  .strictObject({
    stagingBytes: size(LEAST_STAGING, '1TiB')
      .prefault('256MiB')
      .meta({ description: 'Memory of Redis for chunks on their way.' }),
    stagingBytesPerStore: size(LEAST_STAGING, '1TiB')
      .optional()
      .meta({ description: 'Default: `stagingBytes`, divided by the number of stores.' }),
    stagingBytesPerBackup: size(LEAST_STAGING, '1TiB')
      .optional()
      .meta({ description: 'Default: 64MiB, or what a store may have when that is less.' }),
    stagingExpiry: duration('10m', '7d')
      .prefault('6h')
      .meta({ description: 'What nobody came for in so long is thrown away.' }),
    storeOutage: duration('1m', '7d')
      .prefault('1h')
      .meta({ description: 'A store may be out of reach for so long before a backup fails.' }),
    storeGiveUp: duration('1s', '10m')
      .prefault('20s')
      .meta({ description: 'One request is tried again for so long; then its job goes back to the queue.' }),
    stallTimeout: duration('1s', '1h')
      .prefault('1m')
      .meta({ description: 'A stream of etcd that stands still for so long is given up.' }),
    drain: duration('1s', '1h')
      .prefault('25s')
      .meta({ description: 'A service that is told to end finishes work for so long.' }),
    spoolFolder: filePath().optional().meta({
      description:
        "For private temporary files as large as the databases that are read. Default: the system's folder for temporary files.",
    }),
  })
  .meta({ description: 'How much, and how long.' });

const storeNames = z.array(text({ longest: 40 })).min(1);

export const workersSchema = z
  .strictObject({
    snapshot: z
      .strictObject({
        concurrency: whole(1, 100).prefault(2).meta({ description: 'Backups at a time for each store.' }),
        stores: storeNames.optional().meta({ description: 'Make backups of these stores only.' }),
      })
      .prefault({})
      .meta({ description: 'Of `snapshot-worker`.' }),
    chunk: z
      .strictObject({
        concurrency: whole(1, 256)
          .optional()
          .meta({ description: 'Chunks at a time. Default: as many as there are processors.' }),
      })
      .prefault({})
      .meta({ description: 'Of `chunk-worker`.' }),
    storage: z
      .strictObject({
        concurrency: whole(1, 256).prefault(4).meta({ description: 'Puts at a time for each store.' }),
        kinds: z
          .array(choice(DESTINATION_KINDS))
          .min(1)
          .optional()
          .meta({ description: 'Serve stores of these kinds only.' }),
        stores: storeNames.optional().meta({ description: 'Serve these stores only.' }),
      })
      .prefault({})
      .meta({ description: 'Of `storage-writer`.' }),
  })
  .meta({ description: 'How much each worker does at a time, and for which stores.' });

export const secretsSchema = z
  .strictObject({
    folder: filePath().prefault('/etc/etcd-kloset/secrets/clusters').meta({
      description:
        'Clusters that are registered over the API name certificates and passwords by files below it. Put nothing else there.',
    }),
  })
  .meta({ description: 'Secrets of clusters that are registered over the API.' });

export const opsSchema = z
  .strictObject({
    host: host('127.0.0.1'),
    port: port(9464),
    requiredStores: z
      .array(text({ longest: 40 }))
      .prefault([])
      .meta({
        description:
          'A service that cannot reach one of these stores is not ready. Default: none; `/readyz` only tells of them.',
      }),
  })
  .meta({
    description: 'Where each service serves `/healthz`, `/readyz` and `/metrics`, without authentication.',
  });

export const logSchema = z
  .strictObject({
    level: choice(LOG_LEVELS).prefault('info').meta({ description: 'The least that is logged.' }),
  })
  .meta({ description: 'The log: JSON on standard output.' });

export const listenSchema = z
  .strictObject({ host: host('127.0.0.1'), port: port(8080) })
  .prefault({})
  .meta({ description: 'Where the API listens.' });

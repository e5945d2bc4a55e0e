import { DESTINATION_KINDS } from '@etcd-kloset/jobs';
import { z } from 'zod';
import { pageOf } from './page.ts';
import { bytes, count, failure, store, time } from './values.ts';

export const storeSizesSchema = z
  .object({
    snapshots: count,
    streamed: bytes.meta({ description: 'What etcd sent, all snapshots together.' }),
    kept: bytes.meta({ description: 'Of all objects in the store.' }),
    objects: count,
    asOf: time.meta({ description: 'When all of these figures were so.' }),
  })
  .meta({ id: 'StoreSizes' });

export const storeSchema = z
  .object({
    name: store,
    kind: z.enum(DESTINATION_KINDS),
    id: z.string().optional().meta({ description: '32 hex digits; missing until it was once opened.' }),
    state: z.enum(['unknown', 'reachable', 'unreachable']).meta({
      description: '`unknown` until it was first looked at, a moment after the start.',
    }),
    error: failure.optional().meta({ description: 'Why it is unreachable.' }),
    checkedAt: time.optional().meta({ description: 'When it was looked at last.' }),
    scannedAt: time.optional().meta({ description: 'When it was looked through last, with success.' }),
    ownerKey: z.boolean().meta({ description: 'Whether downloads are possible: the owner’s key is here.' }),
    clusters: count.meta({ description: 'Those that your key may see.' }),
    snapshots: count.meta({ description: 'Of these clusters.' }),
    unreadable: count.meta({ description: 'Records that are there and cannot be read.' }),
    sizes: storeSizesSchema.optional().meta({
      description:
        'Of the clusters your key may see; counted in the background: every hour, and in a store of up to 10,000 objects soon after each new snapshot.',
    }),
  })
  .meta({ id: 'Store' });
export type StoreView = z.infer<typeof storeSchema>;

export const storePage = pageOf('StorePage', storeSchema);

import { z } from 'zod';
import { cluster, jobId, snapshotReference, store } from '../schemas/values.ts';

export const inCluster = z.object({ cluster });
export const ofJob = z.object({ job: jobId });
export const ofSnapshot = z.object({ snapshot: snapshotReference });
export const inStore = z.object({ store });

const etagText = z.string().regex(/^"[0-9]{1,15}"$/);
export const etag = { ETag: { description: 'The version, in quotes.', schema: etagText } };
export const location = {
  Location: { description: 'Where the new one is.', schema: z.string() },
};

export const ifMatch = etagText.optional().meta({
  description: 'Only if this is still its version: the ETag of a former answer.',
  examples: ['"3"'],
});
export const ifNoneMatch = z
  .literal('*')
  .optional()
  .meta({ description: '`*`: only if there is none of this name.' });

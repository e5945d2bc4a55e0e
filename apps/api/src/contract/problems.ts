import { z } from 'zod';
import { type StoreErrorCode } from '@etcd-kloset/kloset';
import { type JobsErrorCode } from '@etcd-kloset/jobs';
import { type PlatformErrorCode } from '@etcd-kloset/platform';
import { type StorageErrorCode } from '@etcd-kloset/storage';
import { type ApiErrorCode } from '../api-error.ts';

type LibraryErrorCode = StoreErrorCode | JobsErrorCode | PlatformErrorCode | StorageErrorCode;

/** What each of the API's own errors is answered with. */
const OWN = {
  'http.malformed': 400,
  'http.bad-parameter': 400,
  'http.bad-body': 422,
  'http.too-large': 413,
  'http.headers-too-large': 431,
  'http.wrong-type': 415,
  'http.too-slow': 408,
  'http.too-many': 429,
  'http.no-such-route': 404,
  'http.wrong-method': 405,
  'http.precondition-failed': 412,
  'auth.limited': 403,
  'auth.other-site': 403,
  'job.not-found': 404,
  'job.lost': 503,
  'job.finished': 409,
  'job.not-failed': 409,
  'schedule.none': 409,
  'webhook.unknown': 404,
  'idempotency.other-request': 422,
  'idempotency.under-way': 409,
  'download.too-many': 429,
  'events.too-many': 429,
  'service.stopping': 503,
  'service.failed': 500,
} as const satisfies Record<ApiErrorCode, number>;

/** Errors of the libraries that follow from what was asked, or that pass by themselves. */
const OTHERS = {
  'auth.unauthenticated': 401,
  'auth.role-needed': 403,
  'auth.not-visible': 404,
  'cluster.unknown': 404,
  'cluster.exists': 409,
  'cluster.conflict': 412,
  'cluster.in-configuration': 409,
  'cluster.invalid': 422,
  'cluster.other-store': 409,
  'store.unknown': 404,
  'store.hangs': 503,
  'store.changed': 503,
  'store.no-key': 503,
  'store.not-a-store': 503,
  'key.unreadable': 503,
  'key.wrong-store': 503,
  'key.needs-owner': 403,
  'job.too-large': 413,
  'snapshot.not-found': 404,
  'webhook.no-dead-letter': 404,
  'redis.unreachable': 503,
  'redis.denied': 503,
  'redis.full': 503,
  'storage.unreachable': 503,
  'storage.busy': 503,
  'storage.io': 503,
  'storage.full': 503,
  'storage.read-only': 503,
  'storage.denied': 503,
  'storage.missing': 503,
} as const satisfies Partial<Record<LibraryErrorCode, number>>;

export type ProblemStatus = (typeof OWN)[keyof typeof OWN] | (typeof OTHERS)[keyof typeof OTHERS];
export type ProblemCode = keyof typeof OWN | keyof typeof OTHERS;

/** Every code that a caller may meet, and its status. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemStatus>> = { ...OWN, ...OTHERS };

/** The status of an error by its code; 500 for whatever is nobody's fault but ours. */
export function statusOf(code: string): ProblemStatus {
  return Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as ProblemCode] : 500;
}

export const TITLES: Readonly<Record<ProblemStatus, string>> = {
  400: 'The request cannot be understood',
  401: 'An API key is needed',
  403: 'This key may not do that',
  404: 'Not found',
  405: 'This method is not served here',
  408: 'The request came too slowly',
  409: 'That does not go with how things are',
  412: 'It has changed meanwhile',
  413: 'The request is too large',
  415: 'The body has another type than is read here',
  422: 'The request asks for something that cannot be',
  429: 'Too many at once',
  431: 'The headers are too large',
  500: 'The service failed',
  503: 'Not now',
};

/** RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: '`urn:etcd-kloset:problem:` and the code.' }),
    title: z.string(),
    status: z.number().int().min(400).max(599),
    detail: z.string().meta({ description: 'What happened, for a person.' }),
    code: z.string().meta({ description: 'Stable: programs are written against it.' }),
    advice: z.string().optional().meta({ description: 'What can be done about it.' }),
    instance: z.string().meta({ description: 'Stands in the service’s log beside what it knows more.' }),
    errors: z
      .array(z.object({ at: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Each place in the request that is wrong.' }),
  })
  .meta({
    id: 'Problem',
    examples: [
      {
        type: 'urn:etcd-kloset:problem:cluster.unknown',
        title: 'Not found',
        status: 404,
        detail: 'There is no cluster "prod-7".',
        code: 'cluster.unknown',
        advice: 'See GET /v1/clusters for those that your key may see; names are case-sensitive.',
        instance: 'urn:uuid:0195f3b0-0d1c-7cc3-98c4-dc0c0c07398f',
      },
    ],
  });
export type Problem = z.infer<typeof problemSchema>;

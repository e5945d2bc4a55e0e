import { JobsError } from '@etcd-kloset/jobs';

const PATIENCE_MS = 6000;

/** Work over a connection that waits for Redis, for somebody who does not. @throws JobsError `redis.unreachable` */
export async function within<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        new JobsError('redis.unreachable', 'Redis does not answer.', {
          advice: 'Try again soon. Check that Redis runs and that its address is right.',
          retryable: true,
        }),
      );
    }, PATIENCE_MS);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

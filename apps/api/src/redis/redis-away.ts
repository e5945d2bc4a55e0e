import { JobsError } from '@etcd-kloset/jobs';

/** For a caller who is not to wait for it. */
export function redisAway(): JobsError {
  return new JobsError('redis.unreachable', 'Redis does not answer.', {
    advice: 'Try again soon. Check that Redis runs and that its address is right.',
    retryable: true,
  });
}

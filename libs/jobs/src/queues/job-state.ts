import { type Job, type JobState } from 'bullmq';

/** Whether a job has ended, one way or the other. */
export function isFinished(state: JobState | 'unknown'): boolean {
  return state === 'completed' || state === 'failed';
}

/** Whether a job is known and has not ended: it waits, runs, or waits for its children or its time. */
export async function isUnderWay(job: Job | undefined): Promise<boolean> {
  if (job === undefined) return false;
  const state = await job.getState();
  return state !== 'unknown' && !isFinished(state);
}

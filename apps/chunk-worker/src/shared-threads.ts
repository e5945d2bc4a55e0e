import { PipelineThreads } from '@etcd-kloset/pipeline';

/** The threads that all jobs of this process share. */
export interface SharedThreads {
  /** Others than before when one of those has died. */
  get(): PipelineThreads;
  close(): Promise<void>;
}

/** @param most threads at a time: a job keeps one busy */
export function sharedThreads(most: number): SharedThreads {
  let threads = new PipelineThreads(most, 1);
  return {
    get: () => {
      if (threads.failure !== undefined) {
        void threads.close();
        threads = new PipelineThreads(most, 1);
      }
      return threads;
    },
    close: () => threads.close(),
  };
}

import type { Progress } from '@etcd-kloset/pipeline';
import type { SingleBar } from 'cli-progress';
import { progressText } from './progress-text.ts';
import { Rate } from './rate.ts';

/** Where the progress of long work is shown. It never throws and never waits. */
export interface ProgressDisplay {
  show(progress: Progress): void;
  /** Takes the bar away, so that a line can be written where it stood. The next `show` brings it back. */
  clear(): void;
}

/** A line each time a stage begins, and about every five seconds. */
export function progressLines(write: (line: string) => void): ProgressDisplay {
  const everyMs = 5000;
  let stage: Progress['stage'] | undefined;
  let shownAt = 0;
  let rate = new Rate();
  return {
    show(progress) {
      const now = performance.now();
      if (progress.stage !== stage) {
        stage = progress.stage;
        rate = new Rate();
        shownAt = 0;
      }
      const perSecond = rate.add(now, progress.bytes);
      if (shownAt !== 0 && now - shownAt < everyMs) return;
      shownAt = now;
      write(progressText(progress, perSecond).text);
    },
    clear: () => undefined,
  };
}

/** Shown more often it would only cost time. */
const REFRESH_MS = 100;

/** A bar on a terminal. */
export async function progressBar(terminal: NodeJS.WritableStream): Promise<ProgressDisplay> {
  const { default: progress } = await import('cli-progress');
  let bar: SingleBar | undefined;
  let stage: Progress['stage'] | undefined;
  let shownAt = 0;
  let rate = new Rate();
  const clear = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    clear,
    show(now) {
      const at = performance.now();
      const isNew = now.stage !== stage;
      if (isNew) {
        clear();
        stage = now.stage;
        rate = new Rate();
      }
      const perSecond = rate.add(at, now.bytes);
      if (!isNew && at - shownAt < REFRESH_MS) return;
      shownAt = at;
      const { text, done, total } = progressText(now, perSecond);
      // Without a total the bar would claim to know how far it is: it stays empty. With nothing to do it is full.
      const most = total === undefined || total === 0 ? 1 : total;
      const value = total === undefined ? 0 : total === 0 ? 1 : Math.min(done, most);
      if (bar === undefined) {
        bar = new progress.SingleBar({
          stream: terminal,
          format: '[{bar}] {percentage}% {text}',
          barsize: 24,
          barCompleteString: '#'.repeat(24),
          barIncompleteString: '-'.repeat(24),
          clearOnComplete: true,
          hideCursor: true,
          linewrap: false,
          fps: 10,
          gracefulExit: false,
        });
        bar.start(most, value, { text });
      } else {
        bar.setTotal(most);
        bar.update(value, { text });
      }
    },
  };
}

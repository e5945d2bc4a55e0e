import type { Progress } from '@etcd-kloset/pipeline';
import type { SingleBar } from 'cli-progress';
import { progressLine, progressText, type ProgressText } from './progress-text.ts';
import { Rate } from './rate.ts';

/** Where the progress of long work is shown. It never throws and never waits. */
export interface ProgressDisplay {
  show(progress: Progress): void;
  /** Takes the bar away, so that a line can be written where it stood. The next `show` brings it back. */
  clear(): void;
  /** The work has ended, well or not. */
  end(): void;
}

const EVERY_MS = 5000;

/**
 * A line about every five seconds of a stage, and one at its end when there was any: what is done sooner is
 * not worth a line, and a last line in the middle of a stage would look as if it had stopped there.
 *
 * @param now milliseconds
 */
export function progressLines(
  write: (line: string) => void,
  now: () => number = () => performance.now(),
): ProgressDisplay {
  let stage: Progress['stage'] | undefined;
  let shownAt = 0;
  let rate = new Rate();
  let isAnyShown = false;
  let unshown: string | undefined;
  const endStage = (): void => {
    if (isAnyShown && unshown !== undefined) write(unshown);
    isAnyShown = false;
    unshown = undefined;
  };
  return {
    show(progress) {
      const at = now();
      if (progress.stage !== stage) {
        endStage();
        stage = progress.stage;
        rate = new Rate();
        shownAt = at;
      }
      const { text } = progressText(progress, rate.add(at, progress.bytes));
      unshown = text;
      if (at - shownAt < EVERY_MS) return;
      shownAt = at;
      write(text);
      isAnyShown = true;
      unshown = undefined;
    },
    clear: () => undefined,
    end: endStage,
  };
}

/** Shown more often it would only cost time. */
const REFRESH_MS = 100;

/** A bar on a terminal. */
export async function progressBar(
  terminal: NodeJS.WritableStream & { readonly columns?: number },
): Promise<ProgressDisplay> {
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
    end: clear,
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
      const shown = progressText(now, perSecond);
      const { done, total } = shown;
      const most = total === undefined || total === 0 ? 1 : total;
      const value = total === undefined ? 0 : total === 0 ? 1 : Math.min(done, most);
      if (bar === undefined) {
        bar = new progress.SingleBar({
          stream: terminal,
          // As wide as the terminal is now: it may be resized meanwhile.
          format: (_options, _params, payload: { shown: ProgressText }) =>
            progressLine(payload.shown, terminal.columns ?? 80),
          clearOnComplete: true,
          hideCursor: true,
          linewrap: false,
          fps: 10,
          gracefulExit: false,
        });
        bar.start(most, value, { shown });
      } else {
        bar.setTotal(most);
        bar.update(value, { shown });
      }
    },
  };
}

import type { Progress } from '@etcd-kloset/pipeline';
import { progressBar, progressLines, type ProgressDisplay } from './progress-display.ts';
import { printable } from './table.ts';

/** What a command says, and where: answers on standard output, all else on standard error. */
export interface Report {
  /** Whether the answer is to be one JSON document. */
  readonly json: boolean;
  /** One sentence about what goes on. Not with `--quiet`. */
  readonly note: (sentence: string) => void;
  readonly warn: (sentence: string) => void;
  /** What must not be overlooked. */
  readonly shout: (sentences: readonly string[]) => void;
  readonly progress: (progress: Progress) => void;
  /**
   * The command's answer: the document with `--json`, else the text. Each command gives one.
   * @param text for a person; an empty one says nothing
   */
  readonly answer: (document: unknown, text: () => string) => void;
  /** As `answer`, for what lies somewhere else when it is done, such as a key file: no text with `--quiet`. */
  readonly done: (document: unknown, text: () => string) => void;
  /** Takes the progress bar away. */
  readonly end: () => void;
}

export interface ReportOptions {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly json: boolean;
  readonly quiet: boolean;
}

export async function newReport({ stdout, stderr, json, quiet }: ReportOptions): Promise<Report> {
  const line = (text: string): void => {
    stderr.write(`${printable(text)}\n`);
  };
  const display = quiet ? undefined : await displayOn(stderr, line);
  const say = (text: string): void => {
    display?.clear();
    line(text);
  };
  const print = (document: unknown, text: string): void => {
    display?.end();
    if (json) stdout.write(`${JSON.stringify(document)}\n`);
    else if (text !== '') stdout.write(`${printable(text)}\n`);
  };
  return {
    json,
    note: (sentence) => {
      if (!quiet) say(sentence);
    },
    warn: (sentence) => say(`warning: ${sentence}`),
    shout: (sentences) => {
      const bar = '*'.repeat(78);
      say([bar, ...sentences.map((sentence) => `*** ${sentence}`), bar].join('\n'));
    },
    progress: (progress) => display?.show(progress),
    answer: (document, text) => print(document, json ? '' : text()),
    done: (document, text) => print(document, json || quiet ? '' : text()),
    end: () => display?.end(),
  };
}

async function displayOn(
  stderr: ReportOptions['stderr'],
  line: (text: string) => void,
): Promise<ProgressDisplay> {
  return stderr.isTTY === true ? progressBar(stderr) : progressLines(line);
}

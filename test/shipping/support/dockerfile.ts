import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { text } from './repository.ts';

export interface Stage {
  readonly name: string;
  /** Another stage, or an image. */
  readonly base: string;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly instruction: string;
  /** Lines that are continued are joined, comments between them dropped. */
  readonly argument: string;
}

/** The stages of the Dockerfile in their order. */
export function stages(): Stage[] {
  const found: { name: string; base: string; steps: Step[] }[] = [];
  for (const step of DockerfileParser.parse(text('Dockerfile')).getInstructions().map(stepOf)) {
    const [, base = '', name = ''] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(step.argument) ?? [];
    if (step.instruction === 'FROM') found.push({ name, base, steps: [] });
    else found.at(-1)?.steps.push(step);
  }
  return found;
}

/** The value of an ARG before the first stage. */
export function globalArgument(name: string): string | undefined {
  const [argument] = DockerfileParser.parse(text('Dockerfile'))
    .getInitialARGs()
    .map((each) => each.getProperty())
    .filter((property) => property?.getName() === name);
  return argument?.getValue() ?? undefined;
}

/** A stage and all that it is made from, the lowest first. */
export function lineage(name: string): Stage[] {
  const all = stages();
  const stage = all.find((each) => each.name === name);
  return stage === undefined ? [] : [...lineage(stage.base), stage];
}

/** The last one counts, as in the image. */
export function lastArgument(name: string, instruction: string): string | undefined {
  return lineage(name)
    .flatMap(({ steps }) => steps)
    .findLast((step) => step.instruction === instruction)?.argument;
}

export interface Copy {
  /** Of another stage; of the build's context when there is none. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export function copyOf({ argument }: Step): Copy {
  const words = argument.split(/\s+/);
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const places = words.filter((word) => !word.startsWith('--'));
  return { from, sources: places.slice(0, -1), target: places.at(-1)! };
}

function stepOf(instruction: Instruction): Step {
  const keyword = instruction.getKeyword();
  const argument = instruction
    .getTextContent()
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .map((line) => line.replace(/\\\s*$/, ' '))
    .join('')
    .slice(keyword.length)
    .trim();
  return { instruction: keyword, argument };
}

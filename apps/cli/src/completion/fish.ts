import { type Completes } from '../options/option.ts';
import { PROGRAM } from '../version.ts';
import { type CompletedCommand, type CompletedFlag } from './describe-commands.ts';

export function fishCompletion(commands: readonly CompletedCommand[]): string {
  return [
    `# fish completion of ${PROGRAM}; made by: ${PROGRAM} completion fish`,
    `complete -c ${PROGRAM} -f`,
    ...commands.flatMap(linesOf),
  ].join('\n');
}

function linesOf({ path, flags, subcommands, completes }: CompletedCommand): string[] {
  const siblings = subcommands.map(({ name }) => name).join(' ');
  const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
  const none = siblings === '' ? '' : `not __fish_seen_subcommand_from ${siblings}`;
  const condition = [seen, none].filter((part) => part !== '').join('; and ');
  const start = `complete -c ${PROGRAM} -n ${quote(condition === '' ? 'true' : condition)}`;
  const argument = actionOf(completes);
  return [
    ...subcommands.map(({ name, about }) => `${start} -a ${name} -d ${quote(about)}`),
    ...flags.map((flag) => `${start} ${flagWords(flag)}`),
    ...(argument === '' ? [] : [`${start} ${argument}`]),
  ];
}

function flagWords({ long, short, about, completes }: CompletedFlag): string {
  return [
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    `-l ${long.slice(2)}`,
    ...(completes === undefined ? [] : [completes === 'file' ? '-r' : '-x', actionOf(completes)]),
    `-d ${quote(about)}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

function actionOf(completes: Completes): string {
  if (completes === 'file') return '-F';
  if (completes === 'folder') return "-a '(__fish_complete_directories)'";
  if (completes === 'nothing') return '';
  return `-a ${quote(completes.join(' '))}`;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, (character) => `\\${character}`)}'`;
}

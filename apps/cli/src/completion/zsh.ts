import { type Completes } from '../options/option.ts';
import { PROGRAM } from '../version.ts';
import { type CompletedCommand, type CompletedFlag } from './describe-commands.ts';

/** A function for zsh's own completion system, to lie in a folder of `$fpath`. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  return `#compdef ${PROGRAM}
# zsh completion of ${PROGRAM}; made by: ${PROGRAM} completion zsh

${commands.map(functionOf).join('\n\n')}

${nameOf([])} "$@"`;
}

function functionOf({ path, flags, subcommands, completes }: CompletedCommand): string {
  const name = nameOf(path);
  if (subcommands.length === 0) {
    return `${name}() {
  _arguments -s -S \\
${[...flags.flatMap(flagSpec), `'*:argument:${actionOf(completes)}'`].map((spec) => `    ${spec}`).join(' \\\n')}
}`;
  }
  return `${name}() {
  local line state
  _arguments -C \\
${[...flags.flatMap(flagSpec), "'1:command:->command'", "'*::arguments:->arguments'"].map((spec) => `    ${spec}`).join(' \\\n')}
  case $state in
    command)
      local -a commands=(
${subcommands.map(({ name: each, about }) => `        ${quote(`${each}:${about}`)}`).join('\n')}
      )
      _describe command commands
      ;;
    arguments)
      case $line[1] in
${subcommands.map(({ name: each }) => `        ${each}) ${nameOf([...path, each])} ;;`).join('\n')}
      esac
      ;;
  esac
}`;
}

function flagSpec({ long, short, about, completes }: CompletedFlag): string[] {
  const explained = about.replace(/[[\]:\\]/g, (character) => `\\${character}`);
  const value = completes === undefined ? '' : `:value:${actionOf(completes)}`;
  return [long, ...(short === undefined ? [] : [short])].map((flag) =>
    quote(`*${flag}${completes === undefined ? '' : '='}[${explained}]${value}`),
  );
}

function actionOf(completes: Completes): string {
  if (completes === 'file') return '_files';
  if (completes === 'folder') return '_files -/';
  if (completes === 'nothing') return ' ';
  return `(${completes.join(' ')})`;
}

function nameOf(path: readonly string[]): string {
  return ['_etcd-kloset', ...path].join('_');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

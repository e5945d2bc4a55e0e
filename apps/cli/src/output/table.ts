export interface Column {
  readonly title: string;
  /** Numbers stand at the right. Default: left. */
  readonly right?: boolean;
}

/** Lines with aligned columns, two spaces apart; the titles in the first. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, at) =>
    Math.max(widthOf(title), ...rows.map((row) => widthOf(row[at] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ right = false }, at) => {
        const cell = printable(cells[at] ?? '');
        const padding = ' '.repeat(widths[at]! - widthOf(cell));
        return right ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)].join('\n');
}

/** Lines of a name and what is to be said of it. */
export function formatFields(
  fields: readonly (readonly [name: string, value: string | undefined])[],
): string {
  const shown = fields.filter((field): field is readonly [string, string] => field[1] !== undefined);
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)));
  return shown
    .map(([name, text]) => `  ${name}${' '.repeat(width - widthOf(name))}  ${printable(text)}`)
    .join('\n');
}

/**
 * Names come from clusters and from whoever wrote to the store: they must not move the cursor, recolour the
 * screen or fake a line.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    character === '\n' ? '\n' : `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

/** Code points; good enough for names of clusters. */
function widthOf(text: string): number {
  return Array.from(printable(text)).length;
}

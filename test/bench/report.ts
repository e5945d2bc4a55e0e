/** One line of the verdict: the measured ratio and the bar. The bench reports; it does not fail on a slow machine. */
export function row(what: string, measured: number, bar: number): void {
  console.log(
    `  → ${what}: ${measured.toFixed(2)} (bar: at most ${bar}) ${measured <= bar ? 'met' : 'NOT MET'}`,
  );
}

export function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

export function numberOption(name: string, fallback: number): number {
  const given = process.argv.find((arg) => arg.startsWith(`--${name}=`));
  return given === undefined ? fallback : Number(given.slice(name.length + 3));
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROLES } from '@etcd-kloset/platform';
import { PROBLEMS } from './problems.ts';
import { ROUTES } from './route-table.ts';
import { MOST_ITEMS } from './schemas/page.ts';
import { JOB_STATES } from './schemas/job.ts';

const document = readFileSync(path.resolve(import.meta.dirname, '../../../../docs/api.md'), 'utf8');

/** The rows of the table under these headings, as the texts of their first cells in backticks and all cells. */
function table(...columns: readonly string[]): string[][] {
  const lines = document.split('\n');
  const cellsOf = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', ''));
  const at = lines.findIndex((line) => line.startsWith('|') && cellsOf(line).join() === columns.join());
  const rest = lines.slice(at + 2);
  return rest
    .slice(
      0,
      rest.findIndex((line) => !line.startsWith('|')),
    )
    .map(cellsOf);
}

describe('docs/api.md', () => {
  it('names the roles, the states of jobs, and codes with their status', () => {
    expect(table('role', 'may').map(([role]) => role)).toEqual(ROLES);
    expect(table('state', 'means').map(([state]) => state)).toEqual(JOB_STATES);
    const codes = table('code', 'status', 'what to do');
    expect(codes.length).toBeGreaterThan(5);
    for (const [code, status] of codes) {
      expect({ code, status: PROBLEMS[code as keyof typeof PROBLEMS] }).toEqual({
        code,
        status: Number(status),
      });
    }
    expect(document).toContain(`at most ${MOST_ITEMS}.`);
  });

  it('has all codes, each with its status', () => {
    const documented = table('status', 'codes').flatMap(([status, codes]) =>
      codes!.split(', ').map((code) => [code, Number(status)] as const),
    );
    // Whoever may not see something is told that it does not exist.
    const { 'auth.not-visible': _, ...shown } = PROBLEMS;
    expect(Object.fromEntries(documented)).toEqual(shown);
  });

  it('says without which key one gets what', () => {
    const open = ROUTES.filter(({ role }) => role === 'public').map(({ path: address }) => address);
    const [, said = ''] = /Without a key: (.*) and `\/docs`/.exec(document) ?? [];
    expect([...said.matchAll(/`([^`]+)`/g)].map(([, address]) => address).sort()).toEqual(open.sort());
  });

  it('asks for what is served', () => {
    const named = [
      ...[...document.matchAll(/(?:-X (\w+) )?"?\$API(\/[\w/-]*)/g)].map(([, method = 'GET', rest]) => [
        method,
        `/v1${rest!}`,
      ]),
      ...[...document.matchAll(/`(GET|POST|PUT|DELETE) (\/v1\/[\w/{}-]*)/g)].map(([, method, address]) => [
        method!,
        address!,
      ]),
    ];
    expect(named.length).toBeGreaterThan(12);
    const patterns = ROUTES.map(
      ({ method, path: address }) =>
        new RegExp(`^${method.toUpperCase()} ${address.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    );
    for (const each of named.map((pair) => pair.join(' '))) {
      expect({ each, served: patterns.filter((pattern) => pattern.test(each)).length > 0 }).toEqual({
        each,
        served: true,
      });
    }
  });
});

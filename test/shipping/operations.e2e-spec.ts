import { existsSync, globSync } from 'node:fs';
import { run } from '@etcd-kloset/testing';
import { parse } from 'yaml';
import { configurationJsonSchema } from '@etcd-kloset/platform';
import { inRepository, text } from './support/repository.ts';

const operations = text('docs/operations.md');
const headings = [...operations.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!);

/** As a forge makes the anchor of a heading. */
const anchors = headings.map((heading) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-'),
);

interface Rule {
  readonly alert: string;
  readonly annotations: { readonly runbook_url: string };
}
const alerts = (parse(text('observability/alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  ({ rules }) => rules,
);

describe('docs/operations.md', () => {
  it.each(alerts)('has a part for the alert $alert, to which the alert leads', ({ alert, annotations }) => {
    expect(headings).toContain(alert);
    const [file, anchor] = annotations.runbook_url.split('#');
    expect([file, anchor]).toEqual(['docs/operations.md', alert.toLowerCase()]);
    expect(anchors).toContain(anchor);
  });

  it('has no part for an alert that there is not', () => {
    const known = alerts.map(({ alert }) => alert);
    expect(headings.filter((heading) => heading.startsWith('Kloset') && !known.includes(heading))).toEqual(
      [],
    );
  });

  it('links to what is there', () => {
    for (const [, target] of operations.matchAll(/\]\(([^)]+)\)/g)) {
      const [file = '', anchor] = target!.split('#');
      if (file !== '')
        expect({ file, there: existsSync(inRepository('docs', file)) }).toEqual({ file, there: true });
      else expect(anchors).toContain(anchor);
    }
  });

  it('names folders and files that are there', () => {
    const named = [...operations.matchAll(/\b(?:k8s|observability|libs|docker)\/[\w./-]*\w/g)].map(
      ([name]) => name,
    );
    expect([...new Set(named)].filter((name) => !existsSync(inRepository(name)))).toEqual([]);
    expect(named).toEqual(
      expect.arrayContaining(
        ['small', 'large', 'large-hpa', 'redis', 'monitoring'].map((overlay) => `k8s/overlays/${overlay}`),
      ),
    );
  });

  it.each(
    [...operations.matchAll(/\b(GET|POST|PUT|DELETE) (\/v1\/[\w/{}-]*)/g)].map(([, method, route]) => ({
      method,
      route,
    })),
  )('asks the API for what it has: $method $route', ({ method, route }) => {
    const routes = globSync('apps/api/src/contract/routes/*.ts', { cwd: inRepository() }).flatMap((file) =>
      [...text(file).matchAll(/method: '(\w+)',\s+path: '([^']+)'/g)].map(
        ([, known, pattern]) =>
          new RegExp(`^${known!.toUpperCase()} ${pattern!.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      ),
    );
    expect(routes.length).toBeGreaterThan(0);
    expect(routes.filter((known) => known.test(`${method!} ${route!}`))).toHaveLength(1);
  });

  it('names keys of the configuration that there are', () => {
    const sections = Object.keys((configurationJsonSchema() as { properties: object }).properties);
    const named = [...operations.matchAll(/`((?:\w+\.)+\w+)(?:: [^`]*)?`/g)]
      .map(([, key]) => key!)
      .filter((key) => sections.includes(key.split('.')[0]!));
    expect(named.length).toBeGreaterThan(5);
    expect([...new Set(named)].filter((key) => !hasKey(configurationJsonSchema(), key.split('.')))).toEqual(
      [],
    );
  });

  it.each([...new Set(commandsOf(operations))])(
    'calls the command line as it wants to be: etcd-kloset %s',
    async (line) => {
      const words = line.split(/\s+/);
      const subcommand = words[0] === 'keys' ? words.slice(0, 2) : words.slice(0, 1);
      const { stdout } = await run(process.execPath, [
        inRepository('apps/cli/dist/etcd-kloset.js'),
        ...subcommand,
        '--help',
      ]);
      for (const option of words.filter((word) => word.startsWith('--'))) {
        expect(stdout).toMatch(new RegExp(`\\s${option}\\b`));
      }
    },
  );
});

/** What follows `etcd-kloset` in code, lines that are continued joined. */
function commandsOf(markdown: string): string[] {
  const code = [...markdown.matchAll(/```\w*\n([\s\S]*?)```|`([^`\n]+)`/g)].map(
    ([, block, inline]) => block ?? inline!,
  );
  return code.flatMap((each) =>
    each
      .replaceAll(/\\\n\s*/g, ' ')
      .split('\n')
      .map((line) => /^\s*etcd-kloset (?!<)(.+)$/.exec(line)?.[1])
      .filter((line) => line !== undefined),
  );
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
}

function hasKey(schema: unknown, [key, ...rest]: string[]): boolean {
  if (key === undefined) return true;
  const { properties = {}, additionalProperties } = schema as Schema;
  const next =
    properties[key] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
  return next !== undefined && hasKey(next, rest);
}

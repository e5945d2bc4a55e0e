import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { inRepository, text } from './support/repository.ts';

const documents = globSync(['*.md', 'docs/**/*.md', '{apps,libs}/*/**/*.md'], {
  cwd: inRepository(),
  exclude: (name) => name.includes('node_modules') || name.includes('dist'),
});

/** As a forge makes the anchor of a heading. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('a document', () => {
  it('is looked at', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/api.md', 'libs/jobs/README.md']));
  });

  it.each(documents)('links to what is there: %s', (document) => {
    const prose = text(document).replaceAll(/```[\s\S]*?```/g, '');
    const broken = [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [file = '', anchor] = target.split('#');
        const linked = file === '' ? document : path.join(path.dirname(document), file);
        if (!existsSync(inRepository(linked))) return true;
        return anchor !== undefined && linked.endsWith('.md') && !anchorsOf(text(linked)).includes(anchor);
      });
    expect(broken).toEqual([]);
  });
});

import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Services and queues stay out of the engine: it must run in one process without Redis. */
const serviceLibraries = {
  group: ['@nestjs/*', 'bullmq', 'bullmq/*', 'ioredis', 'ioredis/*'],
  message: 'The engine libraries run without services: no Nest, no queue, no Redis in here.',
};

/** What starts servers for tests is no part of the product. */
const testLibrary = {
  group: ['@etcd-kloset/testing', '@etcd-kloset/testing/*'],
  message: 'Only tests, and what supports them, import the testing library.',
};
const testFiles = ['**/*.spec.ts', '**/*.int-spec.ts', '**/testing/**', '**/spec-support/**', '**/bench/**'];
const engine = 'libs/{bbolt,mvcc,etcd,kloset,storage,pipeline}';

/** Dependencies point one way: apps → pipeline, jobs, platform → kloset, etcd → storage, bbolt, mvcc → errors. */
const layers = [
  { sourceTag: 'layer:base', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'layer:format', onlyDependOnLibsWithTags: ['layer:base', 'layer:testing'] },
  { sourceTag: 'layer:mvcc', onlyDependOnLibsWithTags: ['layer:base', 'layer:testing'] },
  { sourceTag: 'layer:storage', onlyDependOnLibsWithTags: ['layer:base', 'layer:testing'] },
  { sourceTag: 'layer:etcd', onlyDependOnLibsWithTags: ['layer:base', 'layer:testing'] },
  {
    sourceTag: 'layer:kloset',
    onlyDependOnLibsWithTags: ['layer:base', 'layer:mvcc', 'layer:storage', 'layer:testing'],
  },
  {
    sourceTag: 'layer:pipeline',
    onlyDependOnLibsWithTags: [
      'layer:base',
      'layer:format',
      'layer:mvcc',
      'layer:storage',
      'layer:etcd',
      'layer:kloset',
      'layer:testing',
    ],
  },
  { sourceTag: 'layer:jobs', onlyDependOnLibsWithTags: ['layer:base', 'layer:testing'] },
  { sourceTag: 'layer:client', onlyDependOnLibsWithTags: [] },
  {
    sourceTag: 'layer:platform',
    onlyDependOnLibsWithTags: [
      'layer:base',
      'layer:storage',
      'layer:etcd',
      'layer:kloset',
      'layer:jobs',
      'layer:testing',
    ],
  },
  { sourceTag: 'layer:testing', onlyDependOnLibsWithTags: ['layer:base'] },
  {
    sourceTag: 'layer:service',
    onlyDependOnLibsWithTags: [
      'layer:base',
      'layer:storage',
      'layer:etcd',
      'layer:kloset',
      'layer:pipeline',
      'layer:jobs',
      'layer:platform',
      'layer:testing',
    ],
  },
  {
    sourceTag: 'layer:app',
    onlyDependOnLibsWithTags: [
      'layer:base',
      'layer:storage',
      'layer:etcd',
      'layer:kloset',
      'layer:pipeline',
      'layer:jobs',
      'layer:platform',
      'layer:service',
      'layer:testing',
    ],
  },
  { sourceTag: 'layer:test', onlyDependOnLibsWithTags: ['*'] },
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/.nx/**', '**/.cache/**', '**/coverage/**', 'tmp/**'] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { depConstraints: layers, enforceBuildableLibDependency: false, banTransitiveDependencies: false },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNever: true, allow: [{ name: ['URL'], from: 'lib' }] },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // The engine handles bytes by index in hot loops; a checked index there is noise, not safety.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
      'object-shorthand': 'error',
    },
  },
  {
    files: [`${engine}/**/*.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns: [serviceLibraries] }] },
  },
  {
    files: [`${engine}/src/**/*.ts`],
    ignores: testFiles,
    rules: { 'no-restricted-imports': ['error', { patterns: [serviceLibraries, testLibrary] }] },
  },
  {
    files: ['apps/*/src/**/*.ts', 'libs/{errors,jobs,platform,client}/src/**/*.ts'],
    ignores: testFiles,
    rules: { 'no-restricted-imports': ['error', { patterns: [testLibrary] }] },
  },
  {
    files: ['tools/**/*.ts', 'test/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    // Examples read as another team would write them: by the package's name, printing what they see.
    files: ['libs/*/examples/**/*.ts'],
    rules: { 'no-console': 'off', '@nx/enforce-module-boundaries': 'off' },
  },
  prettier,
);

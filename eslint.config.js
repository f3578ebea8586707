import boundaries from 'eslint-plugin-boundaries';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** Top to bottom: a layer may import itself and everything below it, never above. */
const layers = ['ui', 'store', 'engine', 'sampler', 'network', 'backend', 'ops', 'checkpoint'];

export default tseslint.config(
  { ignores: ['dist', 'dist-engine', 'node_modules', 'training', 'public', 'test-results'] },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
    },
  },
  {
    // `as const` is the one assertion that cannot lie; everything else must narrow or parse.
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
    },
  },
  { files: ['src/ui/**/*.tsx'], ...reactHooks.configs.flat.recommended },
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { boundaries },
    settings: {
      'import/resolver': { node: { extensions: ['.ts', '.tsx'] } },
      'boundaries/elements': layers.map((layer) => ({
        type: layer,
        pattern: `src/${layer}/**`,
        partialMatch: false,
      })),
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: layers.map((layer, i) => ({
            from: { element: { type: layer } },
            allow: layers.slice(i).map((type) => ({ to: { element: { type } } })),
          })),
        },
      ],
    },
  },
  { files: ['tools/**', 'bench/**', 'conformance/**'], rules: { 'no-console': 'off' } },
);

import boundaries from 'eslint-plugin-boundaries';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/**
 * Top to bottom. A layer may import itself and everything below it, except where `beside` says that
 * it must do without.
 */
const layers = [
  { type: 'ui', pattern: 'src/ui/**' },
  { type: 'store', pattern: 'src/store/**' },
  { type: 'engine', pattern: 'src/engine/**' },
  {
    type: 'sampler',
    pattern: 'src/sampler/**',
    beside: ['network', 'webgpu', 'wasm', 'reference', 'backend'],
  },
  { type: 'network', pattern: 'src/network/**', beside: ['webgpu', 'wasm', 'reference'] },
  { type: 'webgpu', pattern: 'src/backend/webgpu/**', beside: ['wasm', 'reference'] },
  { type: 'wasm', pattern: 'src/backend/wasm/**', beside: ['reference'] },
  { type: 'reference', pattern: 'src/backend/reference/**' },
  { type: 'backend', pattern: 'src/backend/**' },
  { type: 'ops', pattern: 'src/ops/**' },
  { type: 'checkpoint', pattern: 'src/checkpoint/**' },
];

/** What a layer may import, by the order above. */
function allowedFor({ type, beside = [] }) {
  const below = layers.slice(layers.findIndex((layer) => layer.type === type));
  return below.filter((layer) => !beside.includes(layer.type)).map((layer) => layer.type);
}

export default tseslint.config(
  {
    ignores: [
      'dist',
      'build',
      'assembly',
      'dist-engine',
      'node_modules',
      'training',
      'public',
      'test-results',
    ],
  },
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
      'boundaries/elements': layers.map(({ type, pattern }) => ({
        type,
        pattern,
        partialMatch: false,
      })),
    },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          policies: layers.map((layer) => ({
            from: { element: { type: layer.type } },
            allow: allowedFor(layer).map((type) => ({ to: { element: { type } } })),
          })),
        },
      ],
    },
  },
  {
    // A test may bring up whatever it compares with.
    files: ['src/**/*.test.ts', 'src/**/testing/**'],
    rules: { 'boundaries/dependencies': 'off' },
  },
  { files: ['tools/**', 'bench/**', 'conformance/**'], rules: { 'no-console': 'off' } },
);

import tseslint from 'typescript-eslint';

const floor = (name, since) => ({
  selector: `CallExpression > MemberExpression[property.name="${name}"]`,
  message: `.${name}() needs ${since}, above our engine floor (Chrome 90, Safari 15.0).`,
});

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'src/generated/'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      'no-restricted-syntax': [
        'error',
        floor('at', 'Chrome 92, Safari 15.4'),
        floor('findLast', 'Chrome 97, Safari 15.4'),
        floor('findLastIndex', 'Chrome 97, Safari 15.4'),
        floor('toSorted', 'Chrome 110'),
        floor('toReversed', 'Chrome 110'),
        floor('toSpliced', 'Chrome 110'),
        floor('hasOwn', 'Chrome 93, Safari 15.4'),
        floor('randomUUID', 'Chrome 92, Safari 15.4 and HTTPS'),
        { selector: 'Literal[regex.pattern=/\\(\\?<[=!]/]', message: 'Lookbehind needs Safari 16.4.' },
        { selector: 'CallExpression[callee.property.name="attachShadow"]', message: 'Light DOM only.' },
        { selector: 'AssignmentExpression[left.property.name=/^(innerHTML|outerHTML)$/]', message: 'The server owns markup: set text, or swap a fragment by htmx.' },
      ],
      'no-restricted-globals': ['error', 'structuredClone', 'alert', 'confirm', 'prompt'],
      'no-eval': 'error',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/prefer-nullish-coalescing': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/dot-notation': 'off',
    },
  },
  {
    files: ['tests/**/*.ts'],
    rules: { 'no-restricted-syntax': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);

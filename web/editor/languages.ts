// The two languages of the editor: Monaco's Python with names of calls told apart, and `.http`.
import type { languages } from 'monaco-editor/editor/editor.api'

/** Highlighting of `.http` files: what `engine/requests` reads. */
export const httpLanguage: languages.IMonarchLanguage = {
  defaultToken: '',
  tokenizer: {
    root: [
      [/^###.*$/, 'http.title'],
      [/^\s*(?:#|\/\/)\s*@[\w-]+/, { token: 'tag', next: '@setting' }],
      [/^\s*(?:#|\/\/).*$/, 'comment'],
      [/^(\s*)(@[^\s=]+)(\s*=\s*)/, ['', 'variable', { token: 'delimiter', next: '@value' }]],
      [/^\s*[?&]/, { token: 'delimiter', next: '@url' }],
      [/^[A-Z]+(?=\s+\S)/, { token: 'keyword', next: '@url' }],
      [/^(?=\/|https?:|wss?:)/, { token: '', next: '@url' }],
      [/^[\w!#$%&'*+.^`|~-]+(?=:)/, { token: 'http.name', next: '@value' }],
      [/^===(?!=).*$/, { token: 'keyword', next: '@body' }],
      [/^\s*$/, 'white'],
      [/^(?=[<{["]|\S)/, { token: '', next: '@body' }],
    ],
    setting: [
      [/.*$/, 'string', '@pop'],
      [/$/, '', '@pop'],
    ],
    value: [
      [/\{\{[^}]*\}\}/, 'variable'],
      [/[^{\n]+$/, 'string', '@pop'],
      [/[^{\n]+/, 'string'],
      [/\{/, 'string'],
      [/$/, '', '@pop'],
    ],
    url: [
      [/\{\{[^}]*\}\}/, 'variable'],
      [/HTTP\/[\d.]+\s*$/, 'comment', '@pop'],
      [/[?&][^=&\s{]*/, 'http.name'],
      [/\S(?=\s*$)/, 'function', '@pop'],
      [/[^\s?&{]/, 'function'],
      [/\s+/, 'white'],
      [/./, 'function'],
      [/$/, '', '@pop'],
    ],
    body: [
      [/^###.*$/, 'http.title', '@pop'],
      [/^===(?!=).*$/, 'keyword'],
      [/^<@?\s+\S.*$/, 'string'],
      [/\{\{[^}]*\}\}/, 'variable'],
      [/"(?:[^"\\]|\\.)*"(?=\s*:)/, 'http.name'],
      [/"(?:[^"\\]|\\.)*"/, 'string'],
      [/-?\b\d+(?:\.\d+)?\b/, 'number'],
      [/\b(?:true|false|null)\b/, 'keyword'],
      [/./, ''],
    ],
  },
}

export const httpConfiguration: languages.LanguageConfiguration = {
  comments: { lineComment: '#' },
  brackets: [
    ['{', '}'],
    ['[', ']'],
  ],
  autoClosingPairs: [
    { open: '{', close: '}' },
    { open: '[', close: ']' },
    { open: '"', close: '"', notIn: ['string'] },
  ],
}

/** Adds a rule to Monaco's Python: a name before a bracket is a call or a definition. */
export function tellCallsApart(python: languages.IMonarchLanguage): languages.IMonarchLanguage {
  const root = python.tokenizer['root'] ?? []
  return {
    ...python,
    tokenizer: {
      ...python.tokenizer,
      root: [[/[A-Za-z_]\w*(?=\()/, { cases: { '@keywords': 'keyword', '@default': 'function' } }], ...root],
    },
  }
}

/** Language of a file by its name. */
export function languageOf(file: string): string {
  if (file.endsWith('.py')) return 'python'
  return file.endsWith('.http') ? 'http' : 'plaintext'
}

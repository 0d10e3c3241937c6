// Makes an editor theme from the page's tokens, so that both change together. Reads computed styles, keeps no colours.
import type { editor } from 'monaco-editor/editor/editor.api'

/** Token types and the colour tokens they take. */
const RULES: readonly (readonly [token: string, colour: string, style?: string])[] = [
  ['keyword', '--c-key'],
  ['string', '--c-str'],
  ['string.escape', '--c-num'],
  ['number', '--c-num'],
  ['comment', '--c-com', 'italic'],
  ['tag', '--c-dec'],
  ['function', '--c-fn'],
  ['variable', '--c-num'],
  ['http.title', '--ink', 'bold'],
  ['http.name', '--ink-2'],
  ['', '--ink'],
]

const COLOURS: Readonly<Record<string, string>> = {
  'editor.background': '--raised',
  'editor.foreground': '--ink',
  'editorLineNumber.foreground': '--ink-3',
  'editorLineNumber.activeForeground': '--ink',
  'editorCursor.foreground': '--ink',
  'editor.lineHighlightBackground': '--raised',
  'editor.lineHighlightBorder': '--raised',
  'editorIndentGuide.background1': '--line',
  'editorIndentGuide.activeBackground1': '--line-strong',
  'editorWidget.background': '--raised',
  'editorWidget.border': '--line-strong',
  'editorWidget.foreground': '--ink',
  'editorHoverWidget.background': '--raised',
  'editorHoverWidget.border': '--line-strong',
  'editorSuggestWidget.background': '--raised',
  'editorSuggestWidget.border': '--line-strong',
  'editorSuggestWidget.foreground': '--ink',
  'editorSuggestWidget.selectedBackground': '--hover',
  'editorSuggestWidget.selectedForeground': '--ink',
  'editorSuggestWidget.highlightForeground': '--in',
  'editorSuggestWidget.focusHighlightForeground': '--in',
  'editorBracketMatch.background': '--hover',
  'editorBracketMatch.border': '--line-strong',
  'editorError.foreground': '--error',
  'editorOverviewRuler.border': '--raised',
  'scrollbar.shadow': '--raised',
  'input.background': '--raised',
  'input.foreground': '--ink',
  'input.border': '--line-strong',
  focusBorder: '--focus',
}

/** Colours with an alpha of their own: text below them has to be read. */
const VEILS: Readonly<Record<string, readonly [string, string]>> = {
  'editor.selectionBackground': ['--in', '40'],
  'editor.inactiveSelectionBackground': ['--in', '24'],
  'editor.selectionHighlightBackground': ['--in', '1c'],
  'editor.wordHighlightBackground': ['--in', '1c'],
  'editor.wordHighlightStrongBackground': ['--in', '28'],
  'editor.findMatchBackground': ['--now', '66'],
  'editor.findMatchHighlightBackground': ['--now', '33'],
  'scrollbarSlider.background': ['--line-strong', '55'],
  'scrollbarSlider.hoverBackground': ['--line-strong', '80'],
  'scrollbarSlider.activeBackground': ['--line-strong', 'a0'],
}

/**
 * Reads the tokens as they are now.
 * @param toHex turns a CSS colour into `#rrggbb`: a build shortens colours, and forced ones are names of the system
 */
export function readTheme(
  style: Pick<CSSStyleDeclaration, 'getPropertyValue' | 'colorScheme'>,
  toHex: (colour: string) => string,
): editor.IStandaloneThemeData {
  const isDark = style.colorScheme.includes('dark')
  const colour = (token: string) => toHex(style.getPropertyValue(token).trim())
  return {
    base: isDark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: RULES.map(([token, name, fontStyle]) => ({
      token,
      foreground: colour(name).slice(1),
      ...(fontStyle ? { fontStyle } : {}),
    })),
    colors: {
      ...Object.fromEntries(Object.entries(COLOURS).map(([key, token]) => [key, colour(token)])),
      ...Object.fromEntries(Object.entries(VEILS).map(([key, [token, alpha]]) => [key, colour(token) + alpha])),
    },
  }
}

/** Lets the browser itself read a colour. */
export function hexReader(): (colour: string) => string {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const known = new Map<string, string>()
  return (colour) => {
    const before = known.get(colour)
    if (before !== undefined || !context) return before ?? '#808080'
    context.fillStyle = colour
    context.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data
    const hex = `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`
    known.set(colour, hex)
    return hex
  }
}

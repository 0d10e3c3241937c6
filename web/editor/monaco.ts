// The editor behind its seam: models for files, marks on lines, themes. Imported only when the page asks for it, since
// it is by far the page's largest part. Knows neither store nor React.
import { editor, KeyCode, KeyMod, languages, Uri } from 'monaco-editor/editor/editor.api'
import 'monaco-editor/editor/browser/coreCommands'
import 'monaco-editor/editor/contrib/bracketMatching/browser/bracketMatching'
import 'monaco-editor/editor/contrib/caretOperations/browser/caretOperations'
import 'monaco-editor/editor/contrib/clipboard/browser/clipboard'
import 'monaco-editor/editor/contrib/comment/browser/comment'
import 'monaco-editor/editor/contrib/cursorUndo/browser/cursorUndo'
import 'monaco-editor/editor/contrib/find/browser/findController'
import 'monaco-editor/editor/contrib/hover/browser/hoverContribution'
import 'monaco-editor/editor/contrib/indentation/browser/indentation'
import 'monaco-editor/editor/contrib/lineSelection/browser/lineSelection'
import 'monaco-editor/editor/contrib/linesOperations/browser/linesOperations'
import 'monaco-editor/editor/contrib/multicursor/browser/multicursor'
import 'monaco-editor/editor/contrib/smartSelect/browser/smartSelect'
import 'monaco-editor/editor/contrib/suggest/browser/suggestController'
import 'monaco-editor/editor/contrib/toggleTabFocusMode/browser/toggleTabFocusMode'
import 'monaco-editor/editor/contrib/wordHighlighter/browser/wordHighlighter'
import 'monaco-editor/editor/contrib/wordOperations/browser/wordOperations'
import {
  conf as pythonConfiguration,
  language as pythonLanguage,
} from 'monaco-editor/languages/definitions/python/python'
import EditorWorker from 'monaco-editor/editor/editor.worker?worker'
import type { SourceFiles } from '../../engine/protocol'
import type { LinePlace } from '../../engine/trace'
import { offer, settingHelp } from './http-help'
import { httpConfiguration, httpLanguage, languageOf, tellCallsApart } from './languages'
import { NO_MARKS, type Marks } from './marks'
import type { Breakpoints } from '../store'
import { hexReader, readTheme } from './theme'

export interface EditorOptions {
  readonly files: SourceFiles
  readonly file: string
  readonly onChange: (file: string, text: string) => void
  readonly onRun: () => void
  /** Somebody asks where a line ran: by its number, or by key. */
  readonly onAsk: (file: string, line: number) => void
  /** Somebody sets a breakpoint or takes it away: in the margin, or by key. */
  readonly onBreak: (file: string, line: number) => void
  /** Typing moved the breakpoints of a file. */
  readonly onBreaksMoved: (file: string, lines: readonly number[]) => void
}

export interface EditorHandle {
  /** Brings the models to the store's text; a text that differs is put in as one edit that can be undone. */
  setFiles(files: SourceFiles): void
  show(file: string): void
  mark(marks: Marks): void
  setBreakpoints(breakpoints: Breakpoints): void
  /** Brings a line into sight; the caret stays. */
  reveal(line: number): void
  /** Line of the caret. */
  line(): number
  goTo(line: number): void
  /** Reads the page's tokens again. */
  refreshTheme(): void
  focus(): void
  dispose(): void
}

const THEME = 'peel'
const OWNER = 'peel'

let isSetUp = false

function setUp(): void {
  if (isSetUp) return
  isSetUp = true
  globalThis.MonacoEnvironment = { getWorker: () => new EditorWorker() }
  languages.register({ id: 'python', extensions: ['.py'] })
  languages.setLanguageConfiguration('python', pythonConfiguration)
  languages.setMonarchTokensProvider('python', tellCallsApart(pythonLanguage))
  languages.register({ id: 'http', extensions: ['.http'] })
  languages.setLanguageConfiguration('http', httpConfiguration)
  languages.setMonarchTokensProvider('http', httpLanguage)
  languages.registerHoverProvider('http', {
    provideHover: (model, { lineNumber }) => {
      const value = settingHelp(model.getLineContent(lineNumber))
      return value === null ? null : { contents: [{ value }] }
    },
  })
  languages.registerCompletionItemProvider('http', {
    triggerCharacters: ['@', ' '],
    provideCompletionItems: (model, { lineNumber, column }) => {
      const offered = offer(model.getLineContent(lineNumber).slice(0, column - 1))
      const suggestions = offered?.items.map(({ text, detail }, index) => ({
        label: text,
        insertText: text,
        documentation: detail,
        // In the order in which they were written down.
        sortText: String(index).padStart(3, '0'),
        kind: languages.CompletionItemKind.Property,
        range: {
          startLineNumber: lineNumber,
          endLineNumber: lineNumber,
          startColumn: offered.from + 1,
          endColumn: column,
        },
      }))
      return { suggestions: suggestions ?? [] }
    },
  })
}

/** Puts an editor into `host`. */
export function mountEditor(host: HTMLElement, options: EditorOptions): EditorHandle {
  setUp()
  const refreshTheme = () => {
    editor.defineTheme(THEME, readTheme(getComputedStyle(document.documentElement), hexReader()))
    editor.setTheme(THEME)
  }
  refreshTheme()

  const models = new Map<string, editor.ITextModel>()
  const views = new Map<string, editor.ICodeEditorViewState | null>()
  let shownFile = options.file
  let marks: Marks = NO_MARKS
  // Text that comes from the store is not news to it.
  let isAdopting = false

  const makeModel = (file: string, text: string) => {
    const model = editor.createModel(text, languageOf(file), Uri.parse(`file:///${encodeURI(file)}`))
    model.updateOptions({
      tabSize: 4,
      insertSpaces: true,
      // Colours mean something on this page, and depth of brackets is not among it.
      bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
    })
    model.onDidChangeContent(() => {
      if (isAdopting) return
      options.onChange(file, model.getValue())
      options.onBreaksMoved(file, readBreaks(model))
    })
    models.set(file, model)
    return model
  }

  for (const [file, text] of Object.entries(options.files)) makeModel(file, text)

  const fontFamily = getComputedStyle(document.documentElement).getPropertyValue('--font-mono')
  const instance = editor.create(host, {
    model: models.get(shownFile) ?? null,
    theme: THEME,
    ariaLabel: `Code, ${shownFile}`,
    automaticLayout: true,
    fontFamily,
    fontSize: 12.5,
    lineHeight: 20,
    fontLigatures: false,
    minimap: { enabled: false },
    lineNumbersMinChars: 3,
    // Else the number of an empty last line is too faint to read.
    renderFinalNewline: 'on',
    lineDecorationsWidth: 12,
    glyphMargin: true,
    folding: false,
    scrollBeyondLastLine: false,
    overviewRulerLanes: 0,
    renderLineHighlight: 'none',
    guides: { indentation: false },
    padding: { top: 8, bottom: 8 },
    scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
    smoothScrolling: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    fixedOverflowWidgets: true,
    stickyScroll: { enabled: false },
    unicodeHighlight: { ambiguousCharacters: false },
    occurrencesHighlight: 'singleFile',
    selectionHighlight: true,
    quickSuggestions: false,
    wordBasedSuggestions: 'off',
    suggest: { showIcons: false },
    links: false,
    contextmenu: false,
  })
  instance.addCommand(KeyMod.CtrlCmd | KeyCode.Enter, options.onRun)
  const caretLine = () => instance.getPosition()?.lineNumber ?? 1
  instance.addCommand(KeyMod.Alt | KeyCode.Enter, () => options.onAsk(shownFile, caretLine()))
  instance.addCommand(KeyCode.F9, () => options.onBreak(shownFile, caretLine()))
  const { GUTTER_GLYPH_MARGIN, GUTTER_LINE_NUMBERS } = editor.MouseTargetType
  instance.onMouseDown(({ target, event }) => {
    const line = target.position?.lineNumber
    if (line === undefined || !event.leftButton || languageOf(shownFile) !== 'python') return
    if (target.type === GUTTER_GLYPH_MARGIN) options.onBreak(shownFile, line)
    if (target.type === GUTTER_LINE_NUMBERS) options.onAsk(shownFile, line)
  })
  const offered = instance.createDecorationsCollection()
  instance.onMouseMove(({ target }) => {
    const line = target.type === GUTTER_GLYPH_MARGIN ? target.position?.lineNumber : undefined
    offered.set(
      line === undefined || languageOf(shownFile) !== 'python' ? [] : [glyph(line, 'code-break code-break--offered')],
    )
  })
  instance.onMouseLeave(() => offered.clear())

  /** Ids of the breakpoints' decorations by file: the model moves them as text is typed. */
  const breakIds = new Map<string, string[]>()
  let breakpoints: Breakpoints = {}
  const drawBreaks = () => {
    for (const [file, model] of models) {
      const lines = (breakpoints[file] ?? []).filter((line) => line <= model.getLineCount())
      breakIds.set(
        file,
        model.deltaDecorations(
          breakIds.get(file) ?? [],
          lines.map((line) => glyph(line, 'code-break')),
        ),
      )
    }
  }
  const readBreaks = (model: editor.ITextModel): number[] => {
    const file = [...models].find(([, one]) => one === model)?.[0] ?? ''
    return (breakIds.get(file) ?? []).flatMap((id) => model.getDecorationRange(id)?.startLineNumber ?? [])
  }
  // The face may arrive after the editor has measured its fallback.
  void document.fonts?.ready.then(() => editor.remeasureFonts())

  const decorations = instance.createDecorationsCollection()
  let zones: string[] = []

  const drawMarks = () => {
    for (const [file, model] of models) {
      const problems = marks.problems.filter((problem) => problem.file === file && problem.line <= model.getLineCount())
      editor.setModelMarkers(
        model,
        OWNER,
        problems.map(({ line, lead, text }) => ({
          severity: 8,
          message: lead ? `${lead}: ${text}` : text,
          startLineNumber: line,
          endLineNumber: line,
          startColumn: model.getLineFirstNonWhitespaceColumn(line) || 1,
          endColumn: model.getLineMaxColumn(line),
        })),
      )
    }
    const model = models.get(shownFile)
    if (!model) return
    const count = model.getLineCount()
    const wholeLine = (line: number, className: string, margin: string): editor.IModelDeltaDecoration => ({
      range: { startLineNumber: line, startColumn: 1, endLineNumber: line, endColumn: 1 },
      options: { isWholeLine: true, className, marginClassName: margin, lineNumberClassName: `${margin}-number` },
    })
    const problems = marks.problems.filter(({ file, line }) => file === shownFile && line >= 1 && line <= count)
    const { ran, now, values } = marks.lines
    const isHere = ({ file, line }: LinePlace) => file === shownFile && line >= 1 && line <= count
    decorations.set([
      ...ran
        .filter(isHere)
        .map(({ line, isOwn }) =>
          wholeLine(line, 'code-line--ran', isOwn ? 'code-margin--ran' : 'code-margin--ran-elsewhere'),
        ),
      ...problems.map(({ line }) => wholeLine(line, 'code-line--bad', 'code-margin--bad')),
      ...(now && isHere(now) ? [wholeLine(now.line, 'code-line--now', 'code-margin--now')] : []),
      ...values.filter(isHere).map(({ line, text, full }) => {
        const column = model.getLineMaxColumn(line)
        return {
          range: { startLineNumber: line, startColumn: column, endLineNumber: line, endColumn: column },
          options: {
            showIfCollapsed: true,
            hoverMessage: { value: `\`\`\`\n${full}\n\`\`\`` },
            after: {
              content: text,
              inlineClassName: 'code-value',
              inlineClassNameAffectsLetterSpacing: true,
              cursorStops: editor.InjectedTextCursorStops.None,
            },
          },
        }
      }),
    ])
    instance.changeViewZones((accessor) => {
      for (const zone of zones) accessor.removeZone(zone)
      zones = problems.map(({ line, lead, text }) => {
        const node = document.createElement('div')
        node.className = 'code-message'
        const box = document.createElement('div')
        if (lead) box.append(Object.assign(document.createElement('b'), { textContent: `${lead} ` }))
        // Backticks stand around code; every other part of the sentence is code.
        text.split(/`([^`]+)`/).forEach((part, index) => {
          box.append(index % 2 === 0 ? part : Object.assign(document.createElement('code'), { textContent: part }))
        })
        node.append(box)
        const heightInPx = measure(node)
        return accessor.addZone({ afterLineNumber: line, heightInPx, domNode: node })
      })
    })
  }

  /** Height of a message as it will wrap; it cannot be measured in its zone, which takes the height it is given. */
  const measure = (node: HTMLElement): number => {
    const { contentWidth } = instance.getLayoutInfo()
    node.style.cssText = `position: absolute; visibility: hidden; width: ${contentWidth}px`
    host.append(node)
    const height = node.offsetHeight
    node.remove()
    node.style.cssText = ''
    return height + 8
  }

  /** Revealed while the editor was hidden, a line has to be revealed again. */
  let revealed: number | null = null
  let height = instance.getLayoutInfo().height
  instance.onDidLayoutChange((layout) => {
    if (height < 50 && layout.height >= 50 && revealed !== null) instance.revealLineInCenter(revealed)
    height = layout.height
  })

  const show = (file: string) => {
    const model = models.get(file)
    if (!model || instance.getModel() === model) return
    views.set(shownFile, instance.saveViewState())
    shownFile = file
    instance.setModel(model)
    const view = views.get(file)
    if (view) instance.restoreViewState(view)
    instance.updateOptions({ ariaLabel: `Code, ${file}` })
    drawMarks()
  }

  return {
    show,
    refreshTheme,
    setFiles: (files) => {
      isAdopting = true
      for (const [file, model] of models) {
        const text = files[file]
        if (text === undefined) {
          models.delete(file)
          views.delete(file)
          // The editor must not stand on a model that is gone.
          if (instance.getModel() === model) instance.setModel(null)
          model.dispose()
        } else if (model.getValue() !== text && normalised(model.getValue()) !== normalised(text)) {
          model.pushStackElement()
          model.pushEditOperations([], [differenceOf(model, text)], () => null)
          model.pushStackElement()
        }
      }
      for (const [file, text] of Object.entries(files)) if (!models.has(file)) makeModel(file, text)
      isAdopting = false
      drawBreaks()
    },
    setBreakpoints: (next) => {
      breakpoints = next
      drawBreaks()
    },
    reveal: (line) => {
      revealed = line
      instance.revealLineInCenterIfOutsideViewport(line)
    },
    line: caretLine,
    mark: (next) => {
      if (next === marks) return
      marks = next
      drawMarks()
    },
    goTo: (line) => {
      instance.revealLineInCenterIfOutsideViewport(line)
      instance.setPosition({
        lineNumber: line,
        column: instance.getModel()?.getLineFirstNonWhitespaceColumn(line) || 1,
      })
      instance.focus()
    },
    focus: () => instance.focus(),
    dispose: () => {
      instance.dispose()
      for (const model of models.values()) model.dispose()
    },
  }
}

function glyph(line: number, glyphMarginClassName: string): editor.IModelDeltaDecoration {
  return {
    range: { startLineNumber: line, startColumn: 1, endLineNumber: line, endColumn: 1 },
    options: { glyphMarginClassName, stickiness: editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges },
  }
}
/** The one edit that makes a model's text this one: what is alike at both ends stays, and with it cursor and scroll. */
function differenceOf(model: editor.ITextModel, wanted: string): editor.IIdentifiedSingleEditOperation {
  const before = model.getValue()
  const text = normalised(wanted).replaceAll('\n', model.getEOL())
  const most = Math.min(before.length, text.length)
  let head = 0
  while (head < most && before[head] === text[head]) head++
  let tail = 0
  while (tail < most - head && before[before.length - 1 - tail] === text[text.length - 1 - tail]) tail++
  // Never between the two halves of a line end.
  if (head > 0 && before[head - 1] === '\r') head--
  if (tail > 0 && before[before.length - tail] === '\n' && model.getEOL() === '\r\n') tail--
  const start = model.getPositionAt(head)
  const end = model.getPositionAt(before.length - tail)
  return {
    range: {
      startLineNumber: start.lineNumber,
      startColumn: start.column,
      endLineNumber: end.lineNumber,
      endColumn: end.column,
    },
    text: text.slice(head, text.length - tail),
  }
}

/** Monaco keeps one kind of line end a model; that alone is no change. */
function normalised(text: string): string {
  return text.replaceAll('\r\n', '\n')
}

// The page: which panes stand where at which size. Draws nothing of its own.
import { useEffect, type ReactNode } from 'react'
import { Group, Panel, Separator, usePanelRef } from 'react-resizable-panels'
import { CodePane } from '../editor'
import { Dock } from '../network'
import { useApp, type Pane } from '../store'
import { Icon, Mark } from '../ui'
import './app.css'
import { LessonSlot } from './LessonSlot'
import { RunPane } from './RunPane'
import { StagePane } from './StagePane'
import { TopBar } from './TopBar'
import { useSize } from './use-size'

export function App() {
  const size = useSize()
  const stage = useApp((s) => s.stage)
  useTheme()
  useRunKeys()
  return (
    <div className={`app app--${size}`}>
      <TopBar size={size} />
      <div className="app__bench" hidden={stage !== 'bench'}>
        {size === 'phone' ? <PhonePanes /> : <Columns isWide={size === 'wide'} />}
      </div>
      {stage !== 'bench' && <StagePane stage={stage} size={size} />}
    </div>
  )
}

function Columns({ isWide }: { readonly isWide: boolean }) {
  const isVeryWide = isWide && window.innerWidth >= 1800
  return (
    <main className="app__main">
      <Resizable id={isWide ? 'columns' : 'columns-middle'} orientation="horizontal">
        {isWide && (
          <>
            <Panel
              id="lesson"
              defaultSize={isVeryWide ? 380 : 300}
              minSize={220}
              maxSize={560}
              groupResizeBehavior="preserve-pixel-size"
            >
              <aside className="app__lesson" aria-label="Lesson">
                <LessonSlot />
              </aside>
            </Panel>
            <Separator className="divider" aria-label="Width of the lesson" />
          </>
        )}
        <Panel id="code" minSize={320}>
          <CodeAndDock isWide={isWide} />
        </Panel>
        <Separator className="divider" aria-label="Width of the onion" />
        <Panel
          id="run"
          defaultSize={isVeryWide ? 760 : isWide ? 620 : Math.min(620, Math.round(window.innerWidth * 0.52))}
          minSize={400}
          groupResizeBehavior="preserve-pixel-size"
        >
          <RunPane size={isWide ? 'wide' : 'middle'} />
        </Panel>
      </Resizable>
    </main>
  )
}

/** Height of the editor's own bar, which is left of it while the dock is tall. */
const EDITOR_BAR = 44

function CodeAndDock({ isWide }: { readonly isWide: boolean }) {
  const editor = usePanelRef()
  const isDockTall = useApp((s) => s.isDockTall)
  const setDockTall = useApp((s) => s.setDockTall)
  useEffect(() => {
    if (isDockTall) editor.current?.collapse()
    else editor.current?.expand()
  }, [editor, isDockTall])
  return (
    <Resizable id="code-and-dock" orientation="vertical">
      <Panel
        id="editor"
        panelRef={editor}
        minSize={140}
        collapsible
        collapsedSize={EDITOR_BAR}
        onResize={() => setDockTall(editor.current?.isCollapsed() ?? false)}
      >
        <CodePane {...(isWide ? {} : { lesson: <LessonSlot /> })} />
      </Panel>
      <Separator className="divider divider--flat" aria-label="Height of the result" />
      <Panel id="dock" defaultSize={250} minSize={90} groupResizeBehavior="preserve-pixel-size">
        <Dock canGrow />
      </Panel>
    </Resizable>
  )
}

/** Panes whose sizes are kept. */
function Resizable(props: {
  readonly id: string
  readonly orientation: 'horizontal' | 'vertical'
  readonly children: ReactNode
}) {
  const { id, orientation, children } = props
  const layout = useApp((s) => s.layouts[id])
  const keepLayout = useApp((s) => s.keepLayout)
  return (
    <Group
      key={id}
      id={id}
      orientation={orientation}
      defaultLayout={layout}
      onLayoutChanged={(next, { isUserInteraction }) => {
        if (isUserInteraction) keepLayout(id, next)
      }}
    >
      {children}
    </Group>
  )
}

const PANES: readonly { readonly id: Pane; readonly name: string; readonly icon: ReactNode }[] = [
  { id: 'lesson', name: 'Lesson', icon: <Icon name="book" size={20} /> },
  { id: 'code', name: 'Code', icon: <Icon name="pencil" size={20} /> },
  { id: 'onion', name: 'Onion', icon: <Mark size={20} /> },
  { id: 'result', name: 'Result', icon: <Icon name="page" size={20} /> },
]

/** One pane at a time; the others stay alive behind it, so that no text and no undo is lost. */
function PhonePanes() {
  const pane = useApp((s) => s.pane)
  const showPane = useApp((s) => s.showPane)
  return (
    <>
      <main className="app__main">
        <div className="app__pane" hidden={pane !== 'lesson'}>
          <section className="app__lesson" aria-label="Lesson">
            <LessonSlot />
          </section>
        </div>
        <div className="app__pane" hidden={pane !== 'code'}>
          <CodePane hasRun={false} />
        </div>
        <div className="app__pane" hidden={pane !== 'onion'}>
          <RunPane size="phone" />
        </div>
        <div className="app__pane" hidden={pane !== 'result'}>
          <Dock />
        </div>
      </main>
      <nav className="pane-bar" aria-label="Panes">
        {PANES.map(({ id, name, icon }) => (
          <button key={id} type="button" aria-current={pane === id ? 'true' : undefined} onClick={() => showPane(id)}>
            {icon}
            {name}
          </button>
        ))}
      </nav>
    </>
  )
}

/** The theme is an attribute of the document, which the tokens look at; without it the system's wish counts. */
function useTheme(): void {
  const theme = useApp((s) => s.theme)
  useEffect(() => {
    const { dataset } = document.documentElement
    if (theme === 'system') delete dataset['theme']
    else dataset['theme'] = theme
  }, [theme])
}

/** Ctrl or Cmd with Enter runs, wherever the focus is. */
function useRunKeys(): void {
  const run = useApp((s) => s.run)
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return
      event.preventDefault()
      void run()
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [run])
}

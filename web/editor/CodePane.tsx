// The code pane: one tab a file, the menu that adds, renames and deletes them, Run, and the editor below.
import { useId, useRef, useState, type ComponentProps, type ReactNode, type RefObject } from 'react'
import {
  Button as AriaButton,
  Dialog,
  Menu,
  MenuItem,
  MenuTrigger,
  Modal,
  ModalOverlay,
  Popover,
  Separator,
  Tab,
  TabPanel,
  Tabs,
} from 'react-aria-components'
import { isFixedFile, orderFiles, useApp } from '../store'
import { Icon, TabRow } from '../ui'
import { CodeEditor, type CaretLine } from './CodeEditor'
import { RunButton } from './RunButton'

const LESSON_TAB = ' lesson'

export function CodePane({ lesson, hasRun = true }: { readonly lesson?: ReactNode; readonly hasRun?: boolean }) {
  const files = useApp((s) => s.files)
  const start = useApp((s) => s.place.start)
  const activeFile = useApp((s) => s.activeFile)
  const selectFile = useApp((s) => s.selectFile)
  const isLessonTab = useApp((s) => s.isLessonTab)
  const showLessonTab = useApp((s) => s.showLessonTab)
  const panelId = useId()
  const caretLine = useRef<CaretLine>(null)
  const selected = lesson !== undefined && isLessonTab ? LESSON_TAB : activeFile
  return (
    <section className="code-pane" aria-label="Editor">
      <Tabs
        className="code-pane"
        selectedKey={selected}
        onSelectionChange={(key) => {
          showLessonTab(key === LESSON_TAB)
          if (key !== LESSON_TAB) selectFile(String(key))
        }}
      >
        <div className="bar">
          <div className="code-pane__tabs">
            <TabRow aria-label="Files">
              {lesson !== undefined && (
                <Tab className="tab" id={LESSON_TAB}>
                  Lesson
                </Tab>
              )}
              {orderFiles(Object.keys(files)).map((file) => (
                <Tab
                  className="tab"
                  id={file}
                  key={file}
                  render={(tab) => (
                    // It would be an <a> only with an href.
                    <div
                      {...(tab as ComponentProps<'div'>)}
                      aria-controls={tab['aria-selected'] ? panelId : undefined}
                    />
                  )}
                >
                  {file}
                  {files[file] !== start[file] && (
                    <>
                      <span className="tab__mark" aria-hidden="true" />
                      <span className="sr-only">, changed</span>
                    </>
                  )}
                </Tab>
              ))}
            </TabRow>
            <FileMenu caretLine={caretLine} />
          </div>
          {hasRun && <RunButton />}
        </div>
        {lesson !== undefined && (
          <TabPanel className="code-pane__panel" id={LESSON_TAB} shouldForceMount={false}>
            {lesson}
          </TabPanel>
        )}
        {/* One panel for every file: the editor in it is made once and goes from model to model. react-aria makes an id
            for each tab's panel and keeps a panel's first one, so the id that all tabs name is ours. */}
        <TabPanel
          className="code-pane__panel"
          id={selected === LESSON_TAB ? activeFile : selected}
          shouldForceMount
          hidden={selected === LESSON_TAB}
          render={(panel) => <div {...panel} id={panelId} />}
        >
          <CodeEditor caretLine={caretLine} />
        </TabPanel>
      </Tabs>
    </section>
  )
}

type Naming = { readonly kind: 'add' } | { readonly kind: 'rename'; readonly file: string }

/** The menu behind "…": add a file, rename or delete the open one; and what can be asked of a line where there is no mouse. */
function FileMenu({ caretLine }: { readonly caretLine: RefObject<CaretLine | null> }) {
  const activeFile = useApp((s) => s.activeFile)
  const deleteFile = useApp((s) => s.deleteFile)
  const resetFiles = useApp((s) => s.resetFiles)
  const takeBack = useApp((s) => s.takeBack)
  const hasShelf = useApp((s) => s.shelf[s.place.id] !== undefined)
  const [naming, setNaming] = useState<Naming | null>(null)
  const isFixed = isFixedFile(activeFile)
  return (
    <>
      <MenuTrigger>
        <AriaButton className="button button--quiet button--icon" aria-label="Files">
          <Icon name="more" />
        </AriaButton>
        <Popover className="menu" placement="bottom start">
          <Menu
            aria-label="Files"
            disabledKeys={[...(isFixed ? ['rename', 'delete'] : []), ...(hasShelf ? [] : ['back'])]}
            onAction={(key) => {
              if (key === 'add') setNaming({ kind: 'add' })
              if (key === 'rename') setNaming({ kind: 'rename', file: activeFile })
              if (key === 'delete') deleteFile(activeFile)
              if (key === 'reset') resetFiles()
              if (key === 'back') takeBack()
              if (key === 'ask') caretLine.current?.ask()
              if (key === 'break') caretLine.current?.toggleBreakpoint()
            }}
          >
            <MenuItem className="menu__item" id="add">
              Add a file
            </MenuItem>
            <MenuItem className="menu__item" id="rename">
              Rename {isFixed ? 'this file' : activeFile}
            </MenuItem>
            <MenuItem className="menu__item" id="delete">
              Delete {isFixed ? 'this file' : activeFile}
            </MenuItem>
            <MenuItem className="menu__item" id="reset">
              Start over
            </MenuItem>
            <MenuItem className="menu__item" id="back">
              Bring back what was here before
            </MenuItem>
            <Separator className="menu__line" />
            <MenuItem className="menu__item" id="ask" textValue="Go to where this line ran">
              Go to where this line ran
              <kbd>Alt ↵</kbd>
            </MenuItem>
            <MenuItem className="menu__item" id="break" textValue="Breakpoint on this line">
              Breakpoint on this line
              <kbd>F9</kbd>
            </MenuItem>
          </Menu>
        </Popover>
      </MenuTrigger>
      {naming && <FileName naming={naming} onDone={() => setNaming(null)} />}
    </>
  )
}

/** Asks for a file's name. */
function FileName({ naming, onDone }: { readonly naming: Naming; readonly onDone: () => void }) {
  const addFile = useApp((s) => s.addFile)
  const renameFile = useApp((s) => s.renameFile)
  const [name, setName] = useState(naming.kind === 'rename' ? naming.file : '')
  const [refusal, setRefusal] = useState<string | null>(null)
  const submit = () => {
    const why = naming.kind === 'add' ? addFile(name) : renameFile(naming.file, name)
    if (why) setRefusal(why)
    else onDone()
  }
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={(isOpen) => isOpen || onDone()}>
      <Modal className="menu">
        <Dialog aria-label={naming.kind === 'add' ? 'Add a file' : `Rename ${naming.file}`}>
          <form
            className="file-name"
            onSubmit={(event) => {
              event.preventDefault()
              submit()
            }}
          >
            <label htmlFor="file-name">{naming.kind === 'add' ? 'Name of the new file' : 'New name'}</label>
            <input
              id="file-name"
              className="field field--mono"
              autoFocus
              autoComplete="off"
              spellCheck={false}
              placeholder="limits.py"
              value={name}
              onChange={(event) => setName(event.target.value)}
              aria-invalid={refusal !== null}
              aria-describedby="file-name-refusal"
            />
            <p id="file-name-refusal" className="file-name__refusal">
              {refusal}
            </p>
            <div className="file-name__buttons">
              <button className="button button--primary" type="submit">
                {naming.kind === 'add' ? 'Add' : 'Rename'}
              </button>
              <button className="button button--quiet" type="button" onClick={onDone}>
                Cancel
              </button>
            </div>
          </form>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

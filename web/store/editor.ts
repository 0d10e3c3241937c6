// What the learner typed: files by name, which one is open, and what was typed in every other place. Knows no Monaco.
import type { StateCreator } from 'zustand/vanilla'
import type { SourceFiles } from '../../engine/protocol'
import { ENTRY, REQUESTS, hasSameFiles, refuseFileName } from './places'
import type { All, Deps } from './state'

export interface Spot {
  readonly file: string
  readonly line: number
  /** Counts up, so that asking for the same line twice is heard twice. */
  readonly turn: number
}

export interface EditorSlice {
  /** Files of the open place as they stand now. */
  readonly files: SourceFiles
  readonly activeFile: string
  /** Files by place, only where they differ from what the place came with. Kept. */
  readonly works: Readonly<Record<string, SourceFiles>>
  /** What was replaced by the solution or by a reset, by place. Kept, so that it can be taken back. */
  readonly shelf: Readonly<Record<string, SourceFiles>>
  /** Where the editor is asked to go. */
  readonly spot: Spot | null
  edit(file: string, text: string): void
  /** Puts in other texts, as one edit a file that the editor can undo. */
  putFiles(files: SourceFiles): void
  selectFile(file: string): void
  /** Adds an empty file; gives the reason where the name cannot be had. */
  addFile(name: string): string | null
  renameFile(from: string, to: string): string | null
  /** Deletes a file; `main.py` and `requests.http` stay. */
  deleteFile(name: string): void
  goTo(file: string, line: number): void
  /** Puts other files in place of the current ones, which go to the shelf. */
  replaceFiles(files: SourceFiles): void
  /** Swaps the files with those on the shelf. */
  takeBack(): void
  /** Whether another tab changed the open program as well; its text is on the shelf. */
  readonly hasRival: boolean
  /** Another tab has stored texts where this one has its own; by place. */
  meetRivals(texts: Readonly<Record<string, SourceFiles>>): void
  closeRival(): void
}

/** Files that every program has. */
export function isFixedFile(name: string): boolean {
  return name === ENTRY || name === REQUESTS
}

export function createEditorSlice(deps: Deps): StateCreator<All, [], [], EditorSlice> {
  return (set, get) => {
    const change = (files: SourceFiles, more: Partial<EditorSlice> = {}) =>
      set(({ place, works }) => {
        const { [place.id]: _, ...others } = works
        return { files, works: hasSameFiles(files, place.start) ? others : { ...others, [place.id]: files }, ...more }
      })
    return {
      files: deps.catalog.first.start,
      activeFile: ENTRY,
      works: {},
      shelf: {},
      spot: null,
      edit: (file, text) => {
        const { files } = get()
        if (files[file] !== text) change({ ...files, [file]: text })
      },
      putFiles: (files) => {
        if (!hasSameFiles(files, get().files)) change(files)
      },
      selectFile: (activeFile) => set({ activeFile }),
      addFile: (name) => {
        const { files } = get()
        const refusal = refuseFileName(name, Object.keys(files))
        if (!refusal) change({ ...files, [name]: '' }, { activeFile: name })
        return refusal
      },
      renameFile: (from, to) => {
        const { files } = get()
        if (from === to || isFixedFile(from)) return null
        const refusal = refuseFileName(to, Object.keys(files))
        if (refusal) return refusal
        const { [from]: text = '', ...others } = files
        change({ ...others, [to]: text }, { activeFile: to })
        return null
      },
      deleteFile: (name) => {
        if (isFixedFile(name)) return
        const { [name]: _, ...files } = get().files
        change(files, { activeFile: get().activeFile === name ? ENTRY : get().activeFile })
      },
      goTo: (file, line) => {
        const { files, spot, showPane } = get()
        if (!(file in files)) return
        set({ activeFile: file, spot: { file, line, turn: (spot?.turn ?? 0) + 1 }, isLessonTab: false })
        showPane('code')
      },
      replaceFiles: (files) => {
        const { place, shelf, files: before } = get()
        if (hasSameFiles(files, before)) return
        change(files, { shelf: { ...shelf, [place.id]: before }, activeFile: ENTRY })
      },
      takeBack: () => {
        const { place, shelf, files } = get()
        const before = shelf[place.id]
        if (before) change(before, { shelf: { ...shelf, [place.id]: files }, activeFile: ENTRY, hasRival: false })
      },
      hasRival: false,
      meetRivals: (texts) =>
        set(({ shelf, place, hasRival }) => ({
          shelf: { ...shelf, ...texts },
          hasRival: hasRival || place.id in texts,
        })),
      closeRival: () => set({ hasRival: false }),
    }
  }
}

// The requests of the open place, as form and file share them: the text is the truth, the form edits the text.
import type { StateCreator } from 'zustand/vanilla'
import type { SourceFiles } from '../../engine/protocol'
import {
  appendRequest,
  HttpFileError,
  parseHttpFile,
  removeRequest,
  replaceRequest,
  type HttpFile,
  type RequestText,
} from '../../engine/requests'
import { REQUESTS } from './places'
import type { All } from './state'

export interface RequestsSlice {
  /** Which request the form shows. */
  readonly formIndex: number
  chooseRequest(index: number): void
  /** Writes a request into the file; gives the reason where it cannot be written down. */
  changeRequest(index: number, request: RequestText): string | null
  /** Writes another version of every request into the file; gives the first reason where one cannot be written down. */
  changeRequests(change: (request: RequestText) => RequestText): string | null
  /** Adds requests at the end of the file, as they stand in a `.http` file; gives the reason where they cannot be read. */
  appendRequests(text: string): string | null
  addRequest(): void
  deleteRequest(index: number): void
}

export type ReadRequests =
  | { readonly kind: 'read'; readonly file: HttpFile }
  | { readonly kind: 'unreadable'; readonly line: number; readonly why: string }

/** Reads a place's requests; `< path` lines find the place's other files. */
export function readRequests(files: SourceFiles): ReadRequests {
  try {
    const file = parseHttpFile(files[REQUESTS] ?? '', { file: REQUESTS, readFile: (path) => files[path] ?? null })
    return { kind: 'read', file }
  } catch (error) {
    if (error instanceof HttpFileError) return { kind: 'unreadable', line: error.line, why: error.why }
    throw error
  }
}

const NEW_REQUEST: RequestText = {
  title: 'New request',
  settings: [],
  method: 'GET',
  target: '/',
  headers: [],
  body: '',
}

export const createRequestsSlice: StateCreator<All, [], [], RequestsSlice> = (set, get) => {
  const text = () => get().files[REQUESTS] ?? ''
  return {
    formIndex: 0,
    chooseRequest: (formIndex) => set({ formIndex }),
    changeRequest: (index, request) => {
      try {
        get().edit(REQUESTS, replaceRequest(text(), index, request))
        return null
      } catch (error) {
        if (error instanceof HttpFileError) return error.why
        throw error
      }
    },
    changeRequests: (change) => {
      const read = readRequests(get().files)
      if (read.kind !== 'read') return read.why
      for (const [index, request] of read.file.requests.entries()) {
        const why = get().changeRequest(index, change(request.text))
        if (why) return why
      }
      return null
    },
    appendRequests: (more) => {
      const before = text().trimEnd()
      const next = before === '' ? more : `${before}\n\n${more.startsWith('###') ? '' : '###\n'}${more}`
      const read = readRequests({ ...get().files, [REQUESTS]: next })
      if (read.kind !== 'read') return read.why
      get().edit(REQUESTS, next)
      set({ formIndex: read.file.requests.length - 1 })
      return null
    },
    addRequest: () => {
      get().edit(REQUESTS, appendRequest(text(), NEW_REQUEST))
      const read = readRequests(get().files)
      if (read.kind === 'read') set({ formIndex: read.file.requests.length - 1 })
    },
    deleteRequest: (index) => {
      const read = readRequests(get().files)
      if (read.kind !== 'read' || read.file.requests.length < 2) return
      get().edit(REQUESTS, removeRequest(text(), index))
      set({ formIndex: Math.max(0, Math.min(index, read.file.requests.length - 2)) })
    },
  }
}
